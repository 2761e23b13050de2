"""The same drill over several seeds: a k-of-N verdict instead of "always"."""

from collections.abc import Sequence
from itertools import compress

from pydantic import BaseModel, ConfigDict, Field

from lab.analysis.verdict.interval import wilson
from lab.analysis.verdict.verdict import SCHEMA, Verdict, VerdictWord

_GRAVEST: tuple[VerdictWord, ...] = ("unsupported", "inconclusive", "fail", "pass")


class RepeatedVerdict(BaseModel):
    """What several runs of a drill come to.

    ``verdict`` is the gravest one: a drill that is repeated passes when every run did. ``passed`` of ``runs``
    did; the share of passes lies within ``interval_95`` (Wilson). These count first attempts. ``reruns`` more were
    made because instrument checks failed, and ``passed_in_rerun`` runs passed in one. A run's verdict is its last
    attempt's; ``verdicts`` has all attempts, those of one run side by side.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    schema_version: int = Field(default=SCHEMA, alias="schema")
    drill: str
    asked: int
    runs: int
    passed: int
    reruns: int = 0
    passed_in_rerun: int = 0
    interval_95: tuple[float, float]
    verdict: VerdictWord
    verdicts: tuple[Verdict, ...]


def are_last(verdicts: Sequence[Verdict]) -> list[bool]:
    """Of each, whether it is the last attempt at its run: none that repeats it follows."""
    return [not after.rerun_of for after in verdicts[1:]] + [True] * bool(verdicts)


def series(drill: str, asked: int, verdicts: Sequence[Verdict]) -> RepeatedVerdict:
    """Sum up the runs that there were, of those that were asked for."""
    first = [verdict.verdict for verdict in verdicts if not verdict.rerun_of]
    again = [verdict.verdict for verdict in verdicts if verdict.rerun_of]
    words = [verdict.verdict for verdict in compress(verdicts, are_last(verdicts))]
    share = wilson(first.count("pass"), len(first))
    return RepeatedVerdict(
        drill=drill,
        asked=asked,
        runs=share.n,
        passed=share.k,
        reruns=len(again),
        passed_in_rerun=again.count("pass"),
        interval_95=(share.low, share.high),
        verdict=next((word for word in _GRAVEST if word in words), "inconclusive"),
        verdicts=tuple(verdicts),
    )
