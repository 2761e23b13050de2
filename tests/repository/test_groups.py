"""Tests of one `xdist_group` run in one process: the mark alone says nothing of that. pytest 9.2 had it ignored."""

import subprocess
import sys
from pathlib import Path

import pytest

NOTED = """\
import os
from pathlib import Path
import pytest

pytestmark = pytest.mark.xdist_group("shared")

@pytest.mark.parametrize("number", range(3))
def test_where(number):
    (Path(__file__).parent / f"{{os.environ['PYTEST_XDIST_WORKER']}}-{name}-{{number}}").touch()
"""


@pytest.mark.slow
def test_a_group_of_several_files_runs_in_one_process(tmp_path: Path) -> None:
    """Two files of three tests, two processes: without the group each process gets some."""
    for name in ("a", "b"):
        (tmp_path / f"test_{name}.py").write_text(NOTED.format(name=name))
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = xdist_group\n")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    noted = [path.name for path in tmp_path.glob("gw*")]
    assert len(noted) == 6
    assert len({name.partition("-")[0] for name in noted}) == 1
