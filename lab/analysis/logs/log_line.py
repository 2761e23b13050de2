"""A line of a service's log, as far as it can be read: services write JSON, other programs what they like."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LONGEST_LINE = 64 * 1024
LONGEST_NAME = 100
LONGEST_SPAN_S = 3600
MOST_CALLS = 10**9


@dataclass(frozen=True, slots=True)
class Calls:
    """How calls of one kind ended in a second or so: exact, written while something ends badly.

    Attributes:
        call: such as ``storefront->auth``.
        troubled: whether something ended badly; else it is the first second that is good again.
        began_s: UTC of the second's start, in seconds since 1970; ``ended_s`` of its end.
        outcomes: how many ended how.
    """

    call: str
    troubled: bool
    began_s: float
    ended_s: float
    outcomes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Example:
    """One call that ended badly, by its request id."""

    call: str
    outcome: str
    request_id: str


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """What a line says.

    Attributes:
        readable: whether it is a JSON object, and well-formed where it is one of ours.
        at_s: when it was written (UTC, seconds since 1970); None: it doesn't say.
        dropped: how many lines before it the rate limit dropped.
        said: a second of calls, or one call, or something else.
    """

    readable: bool
    at_s: float | None = None
    dropped: int = 0
    said: Calls | Example | None = None


_UNREADABLE = ParsedLine(readable=False)


def read_log_line(text: str) -> ParsedLine:
    """Read a line; whatever it is, this does not fail."""
    try:
        found = json.loads(text) if len(text) <= LONGEST_LINE else None
        if not isinstance(found, dict):
            return _UNREADABLE
        at = found.get("timestamp")
        return ParsedLine(
            readable=True,
            at_s=_instant(at) if isinstance(at, str) else None,
            dropped=_count(found.get("dropped_before", 0)),
            said=_said(found),
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return _UNREADABLE


def _said(found: Mapping[str, Any]) -> Calls | Example | None:
    if found.get("event") == "calls":
        began_s, span_s = _instant(found["second_utc"]), found["span_s"]
        if not 0 <= span_s <= LONGEST_SPAN_S or found["state"] not in {"trouble", "well"}:
            raise ValueError("no span, or no state")
        outcomes = {_name(key): _count(count) for key, count in found["outcomes"].items()}
        troubled = found["state"] == "trouble"
        return Calls(_name(found["call"]), troubled, began_s, began_s + span_s, outcomes)
    if found.get("event") == "failed" and isinstance(found.get("request_id"), str):
        return Example(_name(found["call"]), _name(found["outcome"]), _name(found["request_id"]))
    return None


def _instant(text: str) -> float:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _name(text: object) -> str:
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_NAME or not text.isprintable():
        raise ValueError("no name")
    return text


def _count(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MOST_CALLS:
        raise ValueError("no count")
    return number
