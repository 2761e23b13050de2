"""Which findings and predictions make a machine unfit. Tests lab.doctor, its words and its exit code."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from lab import doctor
from lab.campaign import open_drill
from lab.cgroups import MemoryLimit
from lab.doctor.diagnosis import Diagnosis
from lab.doctor.lock_folder import lock_folder
from lab.doctor.machine_readings import Readings
from lab.doctor.measured import measured
from lab.doctor.prediction import Asked, predict
from lab.doctor.shown import show
from tests.lab.doctor.given import cpu_limit, given

STORM = Asked("retry-storm", 100)
MB = 10**6


def fit(*readings: Readings) -> bool:
    """Whether a machine on which nothing is missing is fit, with as many runtimes as readings."""
    found = tuple(predict(one, "embedded", STORM) for one in readings)
    return doctor.Examination((Diagnosis("Python", "ok", "3"),), found, readings[0]).fit


def test_only_what_stays_so_makes_a_machine_unfit() -> None:
    """A busy one may do in a minute; half a core never will. One runtime is enough."""
    half = given(cpu_limit=cpu_limit(0.5))
    assert fit(given())
    assert fit(given(idle_cores=0.0))
    assert not fit(half)
    assert fit(half, given())


def test_a_failed_finding_makes_it_unfit() -> None:
    """Whatever is predicted."""
    failed = Diagnosis("Runtimes", "fail", "none works", "install one")
    assert not doctor.Examination((failed,), (), None).fit


def test_a_drill_that_is_measured_is_not_disturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is computed then; it says who has the machine."""
    monkeypatch.setattr(doctor, "measuring_now", lambda: "20260101T000000-smoke (process 7)")

    def disturbed() -> Readings:
        raise AssertionError

    readings, (finding,) = doctor._measured(disturbed)
    assert readings is None
    assert "20260101T000000-smoke (process 7)" in finding.found
    assert (finding.state, finding.todo) == ("warn", "Try again when it has ended")


def test_a_lock_folder_that_cant_be_used_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """XDG_RUNTIME_DIR of a session that has ended: every run would end with exit code 4."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "gone"))
    found = lock_folder()
    assert found.state == "fail"
    assert str(tmp_path / "gone") in found.found
    assert "unset XDG_RUNTIME_DIR" in found.todo


def test_what_was_measured_is_said_with_what_to_do() -> None:
    """Good readings need nothing; each bad one has a remedy."""
    assert {finding.state for finding in measured(given())} == {"ok"}
    odd = given(
        idle_cores=0.5,
        piece_jitter=5.0,
        late_p99_ms=60.0,
        steal_share=0.1,
        throttled_s=1.5,
        cpu_limit=cpu_limit(1.0),
    )
    found = {finding.name: finding for finding in measured(odd)}
    assert set(found) == {"CPU idle", "Speed", "Timers", "Steal", "Held back"}
    assert all(finding.state == "warn" and finding.todo for finding in found.values())
    assert "1.5 s in 5 s" in found["Held back"].found


def test_it_fits_a_terminal_of_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """Long remedies go on in the next line; no line is longer, and no word is lost."""
    limit = MemoryLimit("/sys/fs/cgroup/memory/docker/" + 64 * "a", 600 * MB, 500 * MB)
    small = given(cpu_limit=cpu_limit(0.5), memory_free_bytes=100 * MB, memory_limit=limit, late_p99_ms=70.0)
    predictions = [
        predict(one, runtime, STORM) for runtime in ("compose", "embedded") for one in (small, given())
    ]
    show(Console(width=80), [Diagnosis("Memory", "warn", "x " * 60, "y " * 60)], predictions, fit=False)
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80
    for word in (
        "Expect of retry-storm at 100 requests/s",
        "not fit",
        "fit up to",
        "Not fit for the lab",
        "-> y",
    ):
        assert word in said


@pytest.mark.slow
def test_a_drill_is_asked_for_by_its_highest_rate_and_its_planes() -> None:
    """Of its variants; `--rate` comes before."""
    assert doctor.asked(open_drill("smoke")) == Asked("smoke", 100, monitored=False)
    assert doctor.asked(open_drill("smoke").with_overrides(rate_rps=250)).rate_rps == 250
    assert doctor.asked(open_drill("monitoring-blackout")).monitored


def test_everything_can_be_written_as_json() -> None:
    """Also a limit and its group."""
    from dataclasses import asdict  # noqa: PLC0415 - what the command does

    assert json.loads(json.dumps(asdict(given(cpu_limit=cpu_limit(0.5)))))["cpu_limit"]["cores"] == 0.5


@pytest.mark.parametrize(
    ("idle_cores", "said"),
    [(1.9, "Fit for the lab."), (0.01, "Fit for the lab, but not as it is now: see above.")],
)
def test_a_machine_that_is_busy_now_is_not_called_fit_without_more(
    capsys: pytest.CaptureFixture[str], idle_cores: float, said: str
) -> None:
    """The exit code stays 0: it may do in a minute."""
    show(Console(width=80), [], [predict(given(idle_cores=idle_cores), "embedded", STORM)], fit=True)
    assert capsys.readouterr().out.splitlines()[-1] == said


def test_a_limit_that_holds_back_is_the_reason_for_late_timers() -> None:
    """And not other virtual machines."""
    limited = given(piece_jitter=90.0, late_p99_ms=80.0, throttled_s=2.0, cpu_limit=cpu_limit(0.3))
    found = {finding.name: finding.todo for finding in measured(limited)}
    assert found["Timers"] == found["Speed"] == "The CPU limit holds it back: see CPU above"
