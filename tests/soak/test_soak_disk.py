"""The disk becomes full in the middle of a drill: a clear error, everything undone, no hang."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.live.conftest import start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.live.conftest import Start

__all__ = ["start"]
pytestmark = [pytest.mark.live, pytest.mark.soak]
SIZE = "8m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB, which only root can mount."""
    assert os.geteuid() == 0, "a small disk can be mounted by root only: run `make soak` as root"
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)], check=True, timeout=10)
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True, timeout=10)


def fill(disk: Path) -> None:
    """Write until nothing more fits."""
    with (disk / "full").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return


@pytest.mark.parametrize("stage", ["baseline", "trigger", "done"])
async def test_a_full_disk_ends_the_run_with_everything_undone(
    start: Start, small_disk: Path, stage: str
) -> None:
    """Exit 4 or 5, one sentence that says what to do, and no process of the lab is left."""
    lab = start.short(run=small_disk / f"{small_disk.parent.name}-run")
    await lab.seen("phase.entered", phase=stage)
    fill(small_disk)
    code = await lab.ended()
    said = lab.output.read_text()
    assert code in {4, 5}, said
    assert "disk is full" in said or "No space left" in said
    assert "Traceback" not in said
    await lab.gone(15)
