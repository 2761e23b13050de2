"""What a run was made with: versions of packages, and the sources of what runs. With others it is another lab."""

import hashlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from lab import resources
from lab.drillfile import Drill
from services.libraries.client_libraries import REGISTRY

PACKAGES = ("retry-storm-lab", "aiohttp", "locust", "uvloop", "toxiproxy-python", "docker")
RUNS = ("services", "loadgen", "chaos", "compose")
"""Folders whose files are run, or say how. Judgement is not among them: it reads journals anew."""


def versions(drills: Iterable[Drill]) -> dict[str, str]:
    """The installed versions of what every run needs, and of the client libraries that drills name.

    A library that is not installed here, but in the services' image, is left out.
    """
    known = {name: version(name) for name in PACKAGES}
    for package in sorted({package for drill in drills for package in _libraries(drill)}):
        try:
            known[package] = version(package)
        except PackageNotFoundError:
            continue
    return known


def sources() -> str:
    """A hash of the files that are run, the same in a checkout and in a wheel made of it."""
    found = hashlib.sha256()
    for name in RUNS:
        folder = resources.folder(name)
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.parent.name != "__pycache__":
                found.update(f"{name}/{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def _libraries(drill: Drill) -> Iterable[str]:
    named = (str(settings.get("library")) for settings in drill.configuration.values())
    return (package for name in named if name in REGISTRY for package in REGISTRY[name].needs)
