"""Events that journals written in code begin with or are full of."""

from chaos.faults.ramp import Ramp
from lab.drillfile import Drill
from lab.journal.events import ActionChanged, CohortClosed, RunOpened


def opened(drill: Drill) -> RunOpened:
    """A run of `drill` begins, at t = 0."""
    return RunOpened(
        seq=0,
        t=0,
        run="x",
        drill=drill.resolved(),
        runtime="embedded",
        isolation="none",
        seed=7,
        started_utc="2026-01-01T00:00:00+00:00",
        versions={},
        machine={},
        latency_growth=1.05,
        latency_first_ms=1,
    )


def offered(second: int, requests: int, good: int) -> CohortClosed:
    """What the load offered in a second, and how much of it was served well; known 6 s later."""
    return CohortClosed(
        seq=0,
        t=second + 6,
        source="load",
        second=second,
        requests=requests,
        sent=requests,
        attempts=None,
        good=good,
        failed={},
    )


def ramp(  # noqa: PLR0913  a ramp and its moment
    name: str, t: float, *, factor: float, over_s: float, state: str = "applied", of: str | None = None
) -> ActionChanged:
    """The load begins to go to `factor` times its rate, at `t`, or goes back."""
    return ActionChanged.model_validate(
        {
            "seq": 0,
            "t": t,
            "action": name,
            "state": state,
            "kind": "load",
            "name": name,
            "fault": "ramp",
            "target": "load",
            "params": {"of": of, "factor": factor, "over_s": over_s},
            "traits": Ramp(factor=factor, over_s=over_s, of=of).traits(),
            "by": "runner",
            "verified": True,
        }
    )
