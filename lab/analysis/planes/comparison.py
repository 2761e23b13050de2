"""How each way of watching survived the same storm: one line a mode, from its run alone. Pure."""

from pydantic import BaseModel, ConfigDict

from lab.analysis.planes.scrapes import count_scrapes
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Plane, Verdict, VerdictWord
from lab.drillfile.phase import PhaseRole


class Survival(BaseModel):
    """What became of one plane in one run. None: unknown.

    Attributes:
        mode: how the shared plane saw main.
        valid: not inconclusive: every instrument check passed.
        stuck: the storm outlived its trigger, so that there was something to survive.
        kept_trigger: share of its scrapes that the plane kept during the trigger; ``kept_aftermath`` after it.
        score: all figures of the plane.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    runtime: str
    seed: int
    mode: str
    plane: str
    verdict: VerdictWord
    valid: bool
    stuck: bool | None
    kept_trigger: float | None
    kept_aftermath: float | None
    score: Plane


def survivals(timeline: Timeline, verdict: Verdict) -> list[Survival]:
    """Every plane of a run."""
    return [_survival(timeline, verdict, plane, score) for plane, score in verdict.metrics.monitoring.items()]


def _survival(timeline: Timeline, verdict: Verdict, plane: str, score: Plane) -> Survival:
    return Survival(
        run=timeline.run.run if timeline.run else "",
        runtime=verdict.runtime,
        seed=verdict.seed,
        mode=score.mode,
        plane=plane,
        verdict=verdict.verdict,
        valid=verdict.verdict in {"pass", "fail"},
        stuck=verdict.metrics.stuck,
        kept_trigger=_kept(timeline, plane, "trigger"),
        kept_aftermath=_kept(timeline, plane, "aftermath"),
        score=score,
    )


def _kept(timeline: Timeline, plane: str, role: PhaseRole) -> float | None:
    span = next(iter(timeline.phases_of(role)), None)
    watched = timeline.planes.get(plane)
    if span is None or span.end_s is None or watched is None:
        return None
    counted = count_scrapes(watched, span.start_s, span.end_s)
    return None if counted is None else counted.share
