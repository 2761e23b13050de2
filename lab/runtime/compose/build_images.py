"""The lab's container images, built by ``compose/images.sh``: the one script, in a checkout and from a wheel."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import resources

PACKAGES = ("services", "loadgen")
"""What the services' image holds."""
FOLDERS = ("compose", "requirements")
"""What it is made by."""


@contextmanager
def build_folder() -> Iterator[Path]:
    """A folder that is laid out as the script and the Dockerfiles want it: all of those at its top.

    A checkout is one. Of a wheel they are copied together (1 MB) for as long as the context is open; the images come
    out with the same label, so neither builds anew what the other has built.
    """
    if resources.compose() == resources.packages() / "compose":
        yield resources.packages()
        return
    with tempfile.TemporaryDirectory(prefix="retry-storm-lab-images-") as made:
        sources = {name: resources.packages() / name for name in PACKAGES}
        sources |= {name: resources.folder(name) for name in FOLDERS}
        for name, source in sources.items():
            shutil.copytree(source, Path(made, name), ignore=shutil.ignore_patterns("__pycache__"))
        yield Path(made)


def build_images() -> int:
    """Build what is not up to date; the script says what it does, and its exit code is 0, or 4 where it can't."""
    with build_folder() as folder:
        return subprocess.run(["sh", folder / "compose" / "images.sh"], check=False).returncode
