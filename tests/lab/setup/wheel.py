"""A wheel of this checkout, made as a release is and installed in a clean venv, in a folder that is hard on it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.checkout import ROOT

THEIRS = "raise SystemExit('this is not the lab')\n"
DEADLINE_S = 600
LEFT_OUT = (".git", ".venv", ".lab", ".hypothesis", ".*_cache", "__pycache__", "build", "dist", "*.egg-info")
"""What a checkout collects. The release is made of a copy: a build writes beside its sources, which other tests use."""


@dataclass(frozen=True)
class Installed:
    """The command ``lab`` of a wheel, and where the user stands."""

    dist: Path
    venv: Path
    here: Path

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Call a program of the venv, without a variable that could lead it to the checkout."""
        ours = ("PYTHON", "VIRTUAL", "LAB_")
        env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        program, *arguments = command
        return subprocess.run(
            [self.venv / "bin" / program, *arguments],
            env=env, cwd=self.here, capture_output=True, text=True, check=False, timeout=DEADLINE_S,
        )  # fmt: skip


def install(folder: Path) -> Installed:
    """Make wheel and bundle as `make release` does, install from them without a network, and stand elsewhere.

    The folder holds packages ``services`` and ``chaos`` and a file ``lab.py`` of the user's own.
    """
    dist, venv, here = folder / "dist", folder / "venv", folder / "a user's folder"
    checkout = shutil.copytree(
        ROOT, folder / "checkout", symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT)
    )
    _do(sys.executable, checkout / "scripts" / "release.py", "--no-images", "--out", dist)
    _do(sys.executable, "-m", "venv", venv)
    (wheel,) = dist.glob("*.whl")
    pip = (venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _do(*pip, "--no-index", "--find-links", dist / "bundle", wheel)
    for name in ("services", "chaos"):
        (here / name).mkdir(parents=True)
        (here / name / "__init__.py").write_text(THEIRS)
    (here / "lab.py").write_text(THEIRS)
    return Installed(dist, venv, here)


def _do(*command: str | Path) -> None:
    words = list(map(str, command))
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=DEADLINE_S)
    assert not done.returncode, f"{' '.join(words)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
