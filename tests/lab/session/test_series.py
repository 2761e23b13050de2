"""A run of a series: what ends it early is its result, and not the end of the series."""

import asyncio
from typing import TYPE_CHECKING, Never, cast

import pytest

from chaos.errors import RefusedError, UnguardedError
from lab.runner import Aborted, NotSteady
from lab.session import series

if TYPE_CHECKING:
    from lab.drillfile import Drill
    from lab.session.cell import Cell


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
