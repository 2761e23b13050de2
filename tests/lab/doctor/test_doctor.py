"""What the doctor says, and with which exit code."""

import json
import shutil
from typing import Any

import pytest

from lab import doctor
from lab.runtime.base import SetupError

pytestmark = pytest.mark.live


def test_every_finding_that_is_not_fine_says_what_to_do() -> None:
    """For real, on this machine."""
    for finding in doctor.examine():
        assert finding.found
        assert finding.state == "ok" or finding.todo


def test_json_has_the_same_as_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """For scripts."""
    doctor.main(as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert {finding["name"] for finding in said["findings"]} >= {
        "CPU",
        "Memory",
        "ss",
        "Toxiproxy",
        "Runtimes",
    }
    assert set(said) == {"fit", "findings"}


def test_a_machine_without_any_runtime_is_unfit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 4, and how to get one."""

    def missing(*_: Any) -> None:  # noqa: ANN401 - stands for any function
        raise SetupError("none")

    monkeypatch.setattr(doctor, "installed_toxiproxy", missing)
    monkeypatch.setenv("PATH", "")
    assert doctor.main() == 4
    said = " ".join(capsys.readouterr().out.split())
    assert "none works" in said
    assert "Not fit" in said


def test_a_full_disk_fails_and_a_nearly_full_one_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under 200 MB a run can't be written."""
    for free, state in ((2**20, "fail"), (2**29, "warn"), (2**33, "ok")):
        monkeypatch.setattr(
            shutil, "disk_usage", lambda _, free=free: shutil._ntuple_diskusage(2**40, 0, free)
        )
        assert doctor._disk().state == state
