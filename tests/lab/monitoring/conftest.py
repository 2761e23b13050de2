"""The configuration files, and the real programs that read them."""

import importlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "compose" / "monitoring"
INSTALL = "apt-get update && apt-get install -y --no-install-recommends prometheus prometheus-alertmanager"
DEADLINE_S = 60

Tool = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def promtool() -> Tool:
    """Prometheus' own checker. Its absence is a failure, not a skip."""
    return _tool("promtool")


@pytest.fixture(scope="session")
def amtool() -> Tool:
    """Alertmanager's own checker. Its absence is a failure, not a skip."""
    return _tool("amtool")


def _tool(name: str) -> Tool:
    program = _found(name)

    def run(*arguments: str | Path, cwd: Path = FOLDER) -> subprocess.CompletedProcess[str]:
        command = [str(program), *map(str, arguments)]
        return subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )

    return run


def _found(name: str) -> str:
    find = getattr(importlib.import_module("lab.runtime.binaries"), f"find_{name}", None)
    found = str(find()) if find is not None else shutil.which(name)
    assert found, f"{name} is missing; install it with: {INSTALL}"
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of compose/monitoring, to be spoilt."""
    return Path(shutil.copytree(FOLDER, tmp_path / "monitoring"))
