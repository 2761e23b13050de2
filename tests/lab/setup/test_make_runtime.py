"""``make drill`` builds the images where an engine answers, on machines with few tools as well."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.lab.runtime.test_binaries import program

MAKE = shutil.which("make") or "make"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile, with a setup that has nothing to do and images that only say that they were asked for."""
    for name in ("Makefile", "compose/steps.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    program(tmp_path / "scripts" / "setup.sh", "exit 0")
    program(tmp_path / "compose" / "images.sh", "echo images")
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "awk"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    return tmp_path


def images(checkout: Path, runtime: str) -> bool:
    """Whether they are made sure of."""
    command = [MAKE, "-s", "runtime", f"RUNTIME={runtime}"]
    env = {"PATH": str(checkout / "bin")}
    done = subprocess.run(
        command, cwd=checkout, env=env, capture_output=True, text=True, check=True, timeout=60
    )
    return "images" in done.stdout


@pytest.mark.parametrize("with_timeout", [True, False])
@pytest.mark.parametrize(
    ("runtime", "engine", "built"),
    [("auto", 0, True), ("auto", 1, False), ("embedded", 0, False), ("compose", 1, True)],
)
def test_images_are_there_where_they_will_be_needed(
    checkout: Path, runtime: str, engine: int, *, built: bool, with_timeout: bool
) -> None:
    """Stock macOS has no `timeout`: its images were skipped in silence, and the drill failed later."""
    program(checkout / "bin" / "docker", f"exit {engine}")
    if with_timeout:
        (checkout / "bin" / "timeout").symlink_to(shutil.which("timeout") or "timeout")
    assert images(checkout, runtime) is built


def test_without_docker_there_is_nothing_to_build(checkout: Path) -> None:
    """Embedded will be taken."""
    assert not images(checkout, "auto")
