"""The trouble of one call, from the seconds in its log: which outcome, since when, until when, how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lab.analysis.logs.log_line import Calls

GOOD = "ok"
RECENT_S = 5
"""Of so many seconds is the present rate; and who is silent for longer is not known to go on."""

CALM_S = 10
"""All was well for so long: what comes then is another trouble, with a beginning of its own."""

TroubleState = Literal["going on", "over", "unknown (log ends)"]


@dataclass(frozen=True, slots=True)
class ErrorEpisode:
    """One bad outcome of one call, in the latest trouble that had it. Instants are UTC, in seconds since 1970.

    Attributes:
        count: how many; ``earlier``: in troubles before, which were over.
        per_s: in the latest 5 s; None: the logs don't reach there.
        until_s: the end of the last second that had it; ``state`` says whether that is the end.
        request_id: of the latest one that the log gives as an example.
    """

    outcome: str
    count: int
    per_s: float | None
    since_s: float
    until_s: float
    state: TroubleState
    request_id: str | None
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A call that hurts, worst outcome first; ``good_per_s``: in the latest 5 s; None: not in the logs."""

    call: str
    errors: tuple[ErrorEpisode, ...]
    good_per_s: float | None

    @property
    def weight(self) -> tuple[float, bool, int]:
        """By how much it hurts: now, still, in all."""
        going_on = any(episode.state != "over" for episode in self.errors)
        return (
            sum(episode.per_s or 0 for episode in self.errors),
            going_on,
            sum(episode.count for episode in self.errors),
        )


def trouble(
    call: str, spans: Sequence[Calls], end_s: float, examples: Mapping[tuple[str, str], str]
) -> Trouble:
    """What the seconds of a call show; ``end_s`` is the present, ``examples`` are request ids by call and outcome."""
    recent = [span for span in spans if end_s - RECENT_S <= (span.began_s + span.ended_s) / 2 < end_s]
    episodes = _episodes(spans)
    errors = [
        _error_episode(outcome, episodes, recent, end_s, examples.get((call, outcome)))
        for outcome in dict.fromkeys(key for span in spans for key in span.outcomes if key != GOOD)
    ]
    errors.sort(key=lambda episode: (episode.per_s or 0, episode.count), reverse=True)
    return Trouble(call, tuple(errors), _per_s(GOOD, recent) if recent else None)


def _episodes(spans: Sequence[Calls]) -> list[list[Calls]]:
    """The seconds, with a cut wherever all was well for long enough."""
    episodes: list[list[Calls]] = []
    for span in spans:
        before = episodes[-1][-1] if episodes else None
        if before is None or (not before.troubled and span.began_s - before.ended_s > CALM_S):
            episodes.append([])
        episodes[-1].append(span)
    return episodes


def _error_episode(
    outcome: str,
    episodes: Sequence[Sequence[Calls]],
    recent: Sequence[Calls],
    end_s: float,
    example: str | None,
) -> ErrorEpisode:
    having = [found for spans in episodes if (found := [span for span in spans if outcome in span.outcomes])]
    last, since_s, until_s = episodes[-1][-1], having[-1][0].began_s, having[-1][-1].ended_s
    state: TroubleState = "going on"
    if not last.troubled or last.ended_s - until_s > RECENT_S:
        state = "over"
    elif end_s - last.ended_s > RECENT_S:
        state = "unknown (log ends)"
    per_s = None if state == "unknown (log ends)" else _per_s(outcome, recent)
    *earlier, count = (sum(span.outcomes[outcome] for span in spans) for spans in having)
    return ErrorEpisode(outcome, count, per_s, since_s, until_s, state, example, sum(earlier))


def _per_s(outcome: str, recent: Sequence[Calls]) -> float:
    return sum(span.outcomes.get(outcome, 0) for span in recent) / RECENT_S
