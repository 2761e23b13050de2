"""The process behind ``lab up``: why it could not start is its last word."""

import json
import subprocess
from pathlib import Path

import pytest

from chaos.process.own_python import import_path, own_python
from lab.drillfile import load_drill
from lab.runs.folder import create_run_folder
from tests.checkout import ROOT

pytestmark = pytest.mark.live


def test_a_lab_that_could_not_begin_says_why_and_not_that_there_is_no_journal(tmp_path: Path) -> None:
    """No place for its locks: no journal was begun, and nothing is there to be judged."""
    folder = create_run_folder(tmp_path, "interactive", tmp_path / "run")
    drill = load_drill(ROOT / "drills" / "smoke.yaml")
    folder.asked.write_text(json.dumps({"drill": drill.resolved(), "runtime": "embedded"}))
    (tmp_path / "taken").write_text("no folder")
    here = {"XDG_RUNTIME_DIR": str(tmp_path / "taken"), "LAB_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = own_python("lab.cli.living_lab", str(folder.path))
    done = subprocess.run(
        command, env={**import_path(), **here}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("lab: the folder for locks"), done.stderr
    assert "journal" not in done.stderr + done.stdout
    assert not folder.journal.exists()
