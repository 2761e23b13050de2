"""What hurts, from logs alone: which outcome of which call, since when, until when, how many.

No journal, no counters, no monitoring: what is left when all of that is dark. The lines of `calls` are exact (see
``services/kit/call_log.py``): a second without one was good, or nothing ended in it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lab.analysis.logs.log_line import Calls, Example, ParsedLine, read_log_line
from lab.analysis.logs.trouble import Trouble, trouble

GOOD = "ok"
RECENT_S = 5
"""Of so many seconds is the present rate; and who is silent for longer is not known to go on."""
BACK_S = 0.5
"""Less is no clock that went back: lines of several threads may overtake each other."""

_NAMES = re.compile(r"->| answers$")
"""What stands between and behind the services in a call's name."""


@dataclass(slots=True)
class LogState:
    """What can be said of a service's log itself: how far may it be trusted?

    Attributes:
        missing: there is none.
        unreadable: lines that are not a JSON object, or truncated.
        dropped: lines that the service's rate limit dropped; the counts don't depend on them.
        backwards: how often the clock went back between two lines.
    """

    missing: bool = False
    lines: int = 0
    unreadable: int = 0
    dropped: int = 0
    backwards: int = 0
    latest_s: float | None = None

    def add(self, line: ParsedLine) -> None:
        """One more line."""
        self.lines += 1
        self.unreadable += not line.readable
        self.dropped += line.dropped
        if line.at_s is not None:
            self.backwards += self.latest_s is not None and line.at_s < self.latest_s - BACK_S
            self.latest_s = line.at_s


@dataclass(frozen=True, slots=True)
class Triage:
    """All of it, most hurt first; ``end_s``: the instant that "now" means; None: no line has a time."""

    end_s: float | None
    troubles: tuple[Trouble, ...]
    logs: dict[str, LogState] = field(default_factory=dict)


def triage(
    logs: Mapping[str, Iterable[str]],
    now_s: float | None = None,
    expected: Iterable[str] = (),
    process_of: Callable[[str], str] = str,
) -> Triage:
    """Make sense of the lines of every service's log.

    Args:
        logs: service -> its lines, oldest first.
        now_s: the present, for logs that are still written; None: their last line is the end.
        expected: services that should have a log, besides those that the calls name.
        process_of: the service whose process, and log, a name in a call belongs to.
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
    named = {process_of(name) for call in spans for name in _NAMES.split(call) if name}
    states |= {name: LogState(missing=True) for name in {*expected, *named} - {*logs}}
    end_s = float(int(now_s)) if now_s is not None else newest_s
    troubles = (trouble(call, found, end_s, examples) for call, found in spans.items())
    hurting = sorted((t for t in troubles if t.errors), key=lambda t: t.weight, reverse=True)
    return Triage(end_s if end_s > float("-inf") else None, tuple(hurting), dict(sorted(states.items())))
