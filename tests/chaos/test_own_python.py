"""The lab's own processes are its own wherever the user stands. Tests chaos.process.own_python and its use."""

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

from chaos.process.own_python import import_path
from chaos.process.spawn import own_module
from lab.runtime.embedded.plan import Planner
from lab.runtime.embedded.rewrite import addresses
from lab.runtime.embedded.runtime import PROGRAMS
from lab.topology import load_topology
from tests.checkout import ROOT

WHERE = """\
import services, chaos, lab, loadgen
print(services.__file__, chaos.__file__, lab.__file__, loadgen.__file__, sep="\\n")
"""


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder with packages of the same names; the user stands there."""
    for name in ("services", "chaos"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the user`s own')")
    (tmp_path / "lab.py").write_text("raise SystemExit('the user`s own')")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_a_folder_that_holds_services_chaos_and_lab_changes_nothing(hostile: Path) -> None:
    """Without the variables the user's would come first: the same command shows it."""
    command = [sys.executable, "-c", WHERE]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    own = subprocess.run(
        command, env=kept | import_path(), capture_output=True, text=True, check=True, timeout=30
    )
    assert all(Path(file).is_relative_to(ROOT) for file in own.stdout.splitlines())
    theirs = subprocess.run(
        command, env=kept, cwd=hostile, capture_output=True, text=True, check=False, timeout=30
    )
    assert "the user`s own" in theirs.stderr


@pytest.mark.usefixtures("hostile")
def test_watchdog_and_governor_are_started_so(tmp_path: Path) -> None:
    """By -P, and by the variable, which what they start themselves inherits; the user's own path is left out."""
    spec = own_module("chaos.watchdog", "--run-dir", "x", log=tmp_path / "log")
    assert spec.argv[:4] == (sys.executable, "-P", "-m", "chaos.watchdog")
    assert (spec.env["PYTHONSAFEPATH"], spec.env["PYTHONPATH"]) == ("1", str(ROOT))
    assert not spec.cwd.is_relative_to(tmp_path)


def test_services_and_load_are_started_so_in_the_runs_folder(hostile: Path) -> None:
    """A file of the lab's packages that the image has in its working directory is named by its path."""
    topology = load_topology(ROOT / "compose" / "compose.yaml")
    hosts = addresses(((name, s.names) for name, s in topology.services.items()), "127.99.0")
    planner = Planner("mark", hostile / "run", hosts, PROGRAMS)
    for name in ("load", "edge"):
        spec = planner.plan(topology.services[name]).spec
        assert spec.cwd == hostile / "run"
        assert spec.env["PYTHONSAFEPATH"] == "1"
    assert str(ROOT / "loadgen" / "locustfile.py") in planner.plan(topology.services["load"]).spec.argv


def test_an_installed_lab_needs_no_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would stand before the standard library."""
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(ROOT)])
    assert import_path() == {"PYTHONSAFEPATH": "1"}
