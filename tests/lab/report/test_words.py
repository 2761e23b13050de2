"""Events and figures in plain words."""

from typing import Any, Literal

import pytest

from lab.analysis.verdict.verdict import Judged
from lab.journal import events as ev
from lab.report import headline_figures as figures
from lab.report.words import effect, sentence


def acted(**changes: Any) -> ev.ActionChanged:  # noqa: ANN401 - fields of the event
    """An action, changed."""
    given: dict[str, Any] = {
        "action": "a", "kind": "fault", "name": "slow-bridge", "fault": "latency", "target": "bridge",
        "params": {"latency_ms": 3000}, "state": "applied", "by": "drill",
    }  # fmt: skip
    return ev.ActionChanged(**given | changes)


def checked(role: Literal["steady-state", "abort-if"], *, met: bool | None) -> ev.CheckDecided:
    """A decision."""
    return ev.CheckDecided(
        name="n", role=role, condition="elapsed > 9 s", measured=None, met=met, because="because"
    )


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (acted(verified=True), "slow-bridge applied: latency 3000 ms on bridge (read back)"),
        (
            acted(verified=False),
            "slow-bridge applied: latency 3000 ms on bridge (NOT confirmed by the read-back)",
        ),
        (acted(state="intended"), None),
        (acted(state="reverted", verified=True), "slow-bridge undone (read back)"),
        (acted(state="refused", error="no toxic"), "slow-bridge was refused: no toxic"),
        (acted(state="rollback-failed", error="timeout"), "slow-bridge could NOT be undone: timeout"),
        (ev.PhaseEntered(phase="trigger", planned_s=10, because=""), "trigger begins (10 s)"),
        (ev.ServiceChanged(service="auth", state="healthy"), "auth is healthy"),
        (
            ev.ServiceChanged(service="auth", state="exited", exit_code=137, planned=False),
            "auth ended UNEXPECTEDLY (exit code 137)",
        ),
        (ev.ServiceChanged(service="auth", state="stopped"), "auth stopped"),
        (ev.NoteWritten(by="ana", role="op", kind="x", text="a\nb"), "ana: a b"),
        (
            ev.NoteWritten(by="lab abort", role="person", kind="abort", text="too hot"),
            "aborting for the user: too hot",
        ),
        (
            ev.RunClosed(outcome="aborted", reason="aborted by the user: too hot", clean=True),
            "run aborted: by the user: too hot",
        ),
        (ev.SampleMissed(source="auth", error="x", waited_ms=1), None),
        (
            ev.RunClosed(outcome="broken", reason="", clean=False, left=("slow-bridge",)),
            "run broken; NOT rolled back: slow-bridge",
        ),
        (checked(role="abort-if", met=False), None),
        (checked(role="abort-if", met=True), "aborting: elapsed > 9 s"),
        (checked(role="steady-state", met=True), "steady state holds: elapsed > 9 s"),
        (checked(role="steady-state", met=None), "steady state was not measured: elapsed > 9 s"),
    ],
)  # fmt: skip
def test_an_event_is_said_in_one_line(event: ev.Event, said: str | None) -> None:
    """What a person need not know isn't said at all."""
    assert sentence(event) == said


def test_an_effect_names_parameters_with_their_units() -> None:
    """The fault's own name isn't said twice; what only the page needs is left out."""
    assert effect("capacity", {"share": 0.02}, "bridge") == "capacity, share 2 % on bridge"
    assert effect("errors", {"fail_share": 0.5}, "auth") == "errors, fail 50 % on auth"
    assert effect("policy", {"policy": "budget"}, "storefront") == "policy budget on storefront"
    assert (
        effect("latency", {"latency_ms": 5, "jitter_ms": 2, "stream": "up"}, "b")
        == "latency 5 ms, jitter 2 ms on b"
    )


def test_what_was_not_measured_is_a_dash_and_never_zero() -> None:
    """Every figure knows both."""
    writers = (figures.count, figures.number, figures.rate, figures.ratio, figures.millis, figures.seconds,
               figures.clock, figures.share, figures.size)  # fmt: skip
    assert {write(None) for write in writers} == {"-"}
    assert "-" not in {write(0.0) for write in writers}
    assert figures.truth(value=None) == "-"


@pytest.mark.parametrize(
    ("measured", "unit", "said"),
    [
        (0.031, "of offered", "3.1 % of offered"),
        (True, "true/false", "yes"),
        (0.0, "true/false", "no"),
        (8.4, "s", "8.4 s"),
        (1250.0, "ms", "1.2 s"),
        (4.0, "x", "4.0 x"),
        (1.04, "x", "1.04 x"),
        (2.0, "services outside", "2 services outside"),
        (None, "s", "not measured"),
    ],
)
def test_what_an_expectation_measured_is_said_in_its_unit(
    measured: float | None, unit: str, said: str
) -> None:
    """Shares of offered as such, truths as words."""
    judged = Judged(name="n", expected="e", measured=measured, met=None, unit=unit)
    assert figures.measured(judged) == said
