"""A run of a series: what ends it early is its result, and not the end of the series."""

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Never, cast

import pytest

from chaos.errors import RefusedError, UnguardedError
from lab.analysis import Timeline
from lab.journal.events import ServiceChanged
from lab.runner import Aborted, NotSteady
from lab.session import series
from lab.session.run_outcome import RunOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.drillfile import Drill
    from lab.session import Request, RunFolder
    from lab.session.cell import Cell
    from lab.session.session import Session


@pytest.mark.parametrize(
    ("ended", "raised"),
    [
        (NotSteady("goodput 82 %"), NotSteady),
        (Aborted("abort-if was met"), Aborted),
        (RefusedError("latency on bridge could not be applied: no answer within 3 s"), Aborted),
        (UnguardedError("no watchdog"), ExceptionGroup),  # nothing may be done any more: no run's result
    ],
)
async def test_a_step_that_can_not_be_applied_ends_the_run_alone(
    monkeypatch: pytest.MonkeyPatch, ended: Exception, raised: type[Exception]
) -> None:
    """A bridge that its clients saturated in the baseline may not answer its control port in time."""

    async def runs(*_: object) -> Never:
        raise ended

    async def watches(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(series, "run_drill", runs)
    monkeypatch.setattr(series, "watch_aborts", watches)
    with pytest.raises(raised) as found:
        await series.run_unless_aborted(cast("Cell", None), cast("Drill", None))
    assert str(ended) in (str(found.value) if raised is not ExceptionGroup else str(ended))


async def test_a_service_that_does_not_take_the_configuration_ends_the_run_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is judged as aborted, with the service's own words, and rolled back; the lab goes on."""
    stopped: list[str] = []

    class Refusing:
        """A cell whose service says no."""

        async def configure(self) -> Never:
            raise RefusedError("storefront takes no such policy")

        async def stop_load(self) -> None:
            stopped.append("load")

        async def roll_back(self) -> tuple[str, ...]:
            return ()

    async def seen(_: object) -> None:
        return

    monkeypatch.setattr(series, "_sampled_twice", seen)
    ending = RunOutcome()
    lab = series.Series(cast("Request", None), cast("Session", None), [])
    await lab._drive(cast("Cell", Refusing()), cast("Drill", None), ending)
    assert (ending.outcome, ending.reason) == ("aborted", "storefront takes no such policy")
    assert stopped == ["load"]


@pytest.mark.parametrize(
    ("events", "raised"),
    [
        ([ServiceChanged(t=412.3, service="storefront", state="exited", exit_code=137, planned=False)],
         series.DiedError),
        ([ServiceChanged(t=412.3, service="storefront", state="exited", exit_code=137, planned=True)],
         series.NotAtRestError),
        ([], series.NotAtRestError),
    ],
)  # fmt: skip
async def test_a_lab_of_which_a_part_died_says_so_before_the_next_run(
    monkeypatch: pytest.MonkeyPatch, events: "Sequence[ServiceChanged]", raised: type[Exception]
) -> None:
    """At once and by its name, instead of waiting in vain for what it had in hand."""
    timeline = Timeline()
    for event in events:
        timeline.feed(event)
    monkeypatch.setattr(series, "REST_S", 60.0 if raised is series.DiedError else 0.1)
    host = cast("Session", SimpleNamespace(timeline=timeline))
    lab = series.Series(cast("Request", None), host, [])
    with pytest.raises(raised) as found:
        await asyncio.wait_for(
            lab.run(cast("Drill", None), cast("RunFolder", None), Timeline(), lambda _: None), 5
        )
    assert ("storefront died at 412.3 s (exit code 137)" in str(found.value)) is (raised is series.DiedError)
