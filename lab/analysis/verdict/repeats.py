"""The same drill over several seeds: a k-of-N verdict instead of "always"."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from lab.analysis.verdict.interval import wilson
from lab.analysis.verdict.verdict import SCHEMA, Verdict, VerdictWord

_GRAVEST: tuple[VerdictWord, ...] = ("unsupported", "inconclusive", "fail", "pass")


class RepeatedVerdict(BaseModel):
    """What several runs of a drill come to.

    ``verdict`` is the gravest one: a drill that is repeated passes when every run did. ``passed`` of ``runs``
    did; the share of passes lies within ``interval_95`` (Wilson).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    schema_version: int = Field(default=SCHEMA, alias="schema")
    drill: str
    asked: int
    runs: int
    passed: int
    interval_95: tuple[float, float]
    verdict: VerdictWord
    verdicts: tuple[Verdict, ...]


def series(drill: str, asked: int, verdicts: Sequence[Verdict]) -> RepeatedVerdict:
    """Sum up the runs that there were, of those that were asked for."""
    words = [verdict.verdict for verdict in verdicts]
    share = wilson(words.count("pass"), len(words))
    return RepeatedVerdict(
        drill=drill,
        asked=asked,
        runs=share.n,
        passed=share.k,
        interval_95=(share.low, share.high),
        verdict=next((word for word in _GRAVEST if word in words), "inconclusive"),
        verdicts=tuple(verdicts),
    )
