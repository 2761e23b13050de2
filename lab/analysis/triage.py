"""What hurts, from logs alone: which outcome of which call, since when, until when, how many.

No journal, no counters, no monitoring: what is left when all of that is dark. The lines of `calls` are exact (see
``services/kit/call_log.py``): a second without one was good, or nothing ended in it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from lab.analysis.log_line import Calls, Example, LogLine, read_log_line

GOOD = "ok"
RECENT_S = 5
"""Of so many seconds is the present rate; and who is silent for longer is not known to go on."""
BACK_S = 0.5
"""Less is no clock that went back: lines of several threads may overtake each other."""

_NAMES = re.compile(r"->| answers$")
"""What stands between and behind the services in a call's name."""

State = Literal["going on", "over", "no word since"]


@dataclass(frozen=True, slots=True)
class Hurt:
    """One bad outcome of one call. Instants are UTC, in seconds since 1970.

    Attributes:
        count: how many, in all that is in the logs.
        per_s: in the latest 5 s; None: the logs don't reach there.
        until_s: the end of the last second that had it; ``state`` says whether that is the end.
        request_id: of the latest one that the log gives as an example.
    """

    outcome: str
    count: int
    per_s: float | None
    since_s: float
    until_s: float
    state: State
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A call that hurts, worst outcome first; ``good_per_s``: in the latest 5 s; None: not in the logs."""

    call: str
    hurts: tuple[Hurt, ...]
    good_per_s: float | None

    @property
    def weight(self) -> tuple[float, bool, int]:
        """By how much it hurts: now, still, in all."""
        going_on = any(hurt.state != "over" for hurt in self.hurts)
        return sum(hurt.per_s or 0 for hurt in self.hurts), going_on, sum(hurt.count for hurt in self.hurts)


@dataclass(slots=True)
class LogState:
    """What can be said of a service's log itself: how far may it be trusted?

    Attributes:
        missing: there is none.
        unreadable: lines that are no JSON object, or cut off.
        dropped: lines that the service's rate limit dropped; the counts don't depend on them.
        backwards: how often the clock went back between two lines.
    """

    missing: bool = False
    lines: int = 0
    unreadable: int = 0
    dropped: int = 0
    backwards: int = 0
    latest_s: float | None = None

    def add(self, line: LogLine) -> None:
        """One more line."""
        self.lines += 1
        self.unreadable += not line.readable
        self.dropped += line.dropped
        if line.at_s is not None:
            self.backwards += self.latest_s is not None and line.at_s < self.latest_s - BACK_S
            self.latest_s = line.at_s


@dataclass(frozen=True, slots=True)
class Triage:
    """All of it, most hurt first; ``end_s``: the instant that "now" means; None: no line tells a time."""

    end_s: float | None
    troubles: tuple[Trouble, ...]
    logs: dict[str, LogState] = field(default_factory=dict)


def triage(
    logs: Mapping[str, Iterable[str]], now_s: float | None = None, expected: Iterable[str] = ()
) -> Triage:
    """Make sense of the lines of every service's log.

    Args:
        logs: service -> its lines, oldest first.
        now_s: the present, for logs that are still written; None: their last line is the end.
        expected: services that should have a log, besides those that the calls name.
    """
    states = {service: LogState() for service in logs}
    spans: dict[str, list[Calls]] = {}
    examples: dict[tuple[str, str], str] = {}
    newest_s = float("-inf")
    for service, lines in logs.items():
        for line in map(read_log_line, lines):
            states[service].add(line)
            newest_s = max(newest_s, line.at_s if line.at_s is not None else newest_s)
            match line.said:
                case Calls() as calls:
                    spans.setdefault(calls.call, []).append(calls)
                case Example(call, outcome, request_id):
                    examples[call, outcome] = request_id
    named = {name for call in spans for name in _NAMES.split(call) if name}
    states |= {name: LogState(missing=True) for name in {*expected, *named} - {*logs}}
    end_s = float(int(now_s)) if now_s is not None else newest_s
    troubles = (_trouble(call, found, end_s, examples) for call, found in spans.items())
    hurting = sorted((t for t in troubles if t.hurts), key=lambda t: t.weight, reverse=True)
    return Triage(end_s if end_s > float("-inf") else None, tuple(hurting), dict(sorted(states.items())))


def _trouble(call: str, spans: list[Calls], end_s: float, examples: Mapping[tuple[str, str], str]) -> Trouble:
    recent = [span for span in spans if end_s - RECENT_S <= (span.began_s + span.ended_s) / 2 < end_s]
    hurts = [
        _hurt(outcome, spans, recent, end_s, examples.get((call, outcome)))
        for outcome in dict.fromkeys(key for span in spans for key in span.outcomes if key != GOOD)
    ]
    hurts.sort(key=lambda hurt: (hurt.per_s or 0, hurt.count), reverse=True)
    return Trouble(call, tuple(hurts), _per_s(GOOD, recent) if recent else None)


def _hurt(
    outcome: str, spans: list[Calls], recent: list[Calls], end_s: float, request_id: str | None
) -> Hurt:
    having = [span for span in spans if outcome in span.outcomes]
    last, until_s = spans[-1], having[-1].ended_s
    state: State = "going on"
    if not last.troubled or last.ended_s - until_s > RECENT_S:
        state = "over"
    elif end_s - last.ended_s > RECENT_S:
        state = "no word since"
    per_s = None if state == "no word since" else _per_s(outcome, recent)
    count = sum(span.outcomes[outcome] for span in having)
    return Hurt(outcome, count, per_s, having[0].began_s, until_s, state, request_id)


def _per_s(outcome: str, recent: list[Calls]) -> float:
    return sum(span.outcomes.get(outcome, 0) for span in recent) / RECENT_S
