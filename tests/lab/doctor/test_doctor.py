"""What the doctor says, and with which exit code."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from lab import doctor
from lab.analysis.verdict.verdict import Figures, Plane, Verdict
from lab.campaign import open_drill
from lab.doctor import machine, programs
from lab.doctor import plane_memory as planes
from lab.doctor.measure import measure
from lab.doctor.prediction import Asked
from lab.runtime import binaries
from lab.runtime.base import SetupError

pytestmark = pytest.mark.live
SMOKE = open_drill("smoke")


@pytest.fixture(autouse=True)
def _in_a_fifth_of_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured is looked at elsewhere; other tests may have the machine for a drill meanwhile."""
    monkeypatch.setattr(doctor, "SECONDS", 0.2)
    monkeypatch.setattr(doctor, "measuring_now", lambda: None)


def test_every_finding_that_is_not_fine_says_what_to_do() -> None:
    """For real, on this machine, in a fifth of a second."""
    found = doctor.examine(Asked("retry-storm", 100), lambda: measure(0.2))
    for finding in found.findings:
        assert finding.found
        assert finding.state == "ok" or finding.todo
    assert found.readings is not None
    assert 0.01 < found.readings.piece_ms < 100
    assert 0 <= found.readings.idle_cores <= found.readings.cores * 1.1
    assert found.readings.late_p95_ms <= found.readings.late_p99_ms


def test_json_has_the_same_as_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """For scripts."""
    doctor.main(SMOKE, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert {finding["name"] for finding in said["findings"]} >= {
        "CPU",
        "Memory",
        "CPU idle",
        "Speed",
        "Timers",
        "CPU kinds",
        "Bridge's queue",
        "Lock folder",
        "Toxiproxy",
        "Prometheus",
        "Alertmanager",
        "Runtimes",
    }
    assert set(said) == {"fit", "findings", "predictions", "readings"}
    assert {one["drill"] for one in said["predictions"]} <= {"smoke"}


def missing(*_: Any) -> None:  # noqa: ANN401 - stands for any function
    raise SetupError("none")


def test_a_machine_without_any_runtime_is_unfit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 4, and how to get one."""
    monkeypatch.setattr(binaries, "installed", missing)
    monkeypatch.setenv("PATH", "")
    assert doctor.main(SMOKE) == 4
    said = " ".join(capsys.readouterr().out.split())
    assert "none works" in said
    assert "Not fit" in said


def test_a_machine_without_the_monitors_is_fit_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warning with what to do: other drills work. Nothing is downloaded to find out."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    for program in (binaries.PROMETHEUS, binaries.ALERTMANAGER):
        monkeypatch.delenv(program.override, raising=False)
    for finding in programs.monitors():
        assert finding.state == "warn"
        assert f"no {finding.name.lower()} " in finding.found
        assert "only drills that monitor need them" in finding.todo
    assert list(tmp_path.iterdir()) == []
    old = tmp_path / "prometheus"
    old.write_text("#!/bin/sh\necho prometheus, version 2.41.0\n")
    old.chmod(0o755)
    monkeypatch.setenv("LAB_PROMETHEUS", str(old))
    assert "prometheus 2.41.0; wanted: 2.42.0 or newer" in programs.monitors()[0].found


def test_a_full_disk_fails_and_a_nearly_full_one_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under 200 MB a run can't be written."""
    for free, state in ((2**20, "fail"), (2**29, "warn"), (2**33, "ok")):
        monkeypatch.setattr(
            shutil, "disk_usage", lambda _, free=free: shutil._ntuple_diskusage(2**40, 0, free)
        )
        assert machine._disk().state == state


def test_planes_that_take_much_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the newest run that they watched; what was not measured is not taken for little."""

    def watched(name: str, *sizes: int | None) -> None:
        folder = tmp_path / ".lab" / "runs" / name
        folder.mkdir(parents=True)
        scores = {f"p{n}": Plane(mode="same-listener", memory_bytes=size) for n, size in enumerate(sizes)}
        verdict = Verdict(
            drill="d", runtime="embedded", seed=1, policy=None, verdict="pass", reasons=(), outcome="completed",
            metrics=Figures(monitoring=scores),
        )  # fmt: skip
        (folder / "verdict.json").write_text(verdict.model_dump_json(by_alias=True))

    monkeypatch.setenv("LAB_HOME", str(tmp_path / ".lab"))
    assert "not measured yet" in planes.planes_memory().found
    watched("20260101T000000-a", 150_000_001, 150_000_000)
    told = planes.planes_memory()
    assert (told.state, bool(told.todo)) == ("warn", True)
    assert "300 MB in 20260101T000000-a" in told.found
    watched("20260101T000001-b")
    watched("20260101T000002-c", 100_000_000, None)
    assert planes.planes_memory() == told
    watched("20260101T000003-d", 100_000_000, 200_000_000)
    assert planes.planes_memory().state == "ok"
