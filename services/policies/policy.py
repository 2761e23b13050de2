"""What a policy is asked, and what it is told.

    call ─▶ pace_s ─▶ acquire ─▶ attempt ─▶ observe ─▶ delay_s ─▶ wait ─▶ pace_s ─▶ ...
                         │        │    │                  │
                         │        │    └ left_s: the time it may take at most
                         │        └ hedge_s: when to start another beside it
                         └─ Rejection: no attempt         └─ None: give up

A policy is pure: time is an argument, chance a constructor argument, nothing waits.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class OutcomeKind(StrEnum):
    """How an attempt ended."""

    OK = "ok"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    RESET = "reset"
    SERVER_ERROR = "5xx"
    CLIENT_ERROR = "4xx"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one attempt.

    Args:
        kind: How it ended.
        status: The HTTP status, where there was an answer.
        retry_after_s: What the answer's Retry-After asks for, in seconds.
    """

    kind: OutcomeKind
    status: int | None = None
    retry_after_s: float | None = None


@dataclass(slots=True, eq=False)
class Call:
    """One request and the attempts made for it so far; lives as long as the request does.

    Args:
        method: The HTTP method, in capitals.
        started_s: When the call started, in seconds.
        attempts: Attempts begun so far; more than 0 at `acquire` means that a retry is asked for.
        waited_s: The wait before the latest retry, in seconds (decorrelated jitter goes on from it).
        deadline_s: When whoever asked for the call stops waiting, on the same clock; None: no one said.
        tried: Whether an attempt of it has begun to cost anything: whoever makes attempts says so.
        notes: What policies remember about this call, each under itself as the key; gone with the call.
    """

    method: str = "GET"
    started_s: float = 0.0
    attempts: int = 0
    waited_s: float = 0.0
    deadline_s: float | None = None
    tried: bool = False
    notes: dict[object, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Rejection:
    """No: this attempt is not to be made.

    Args:
        by: The policy that refuses, counted under this name.
    """

    by: str


class Policy(Protocol):
    """One policy, or several composed. `NoopPolicy` has the answers of one that has nothing to say.

    `now_s` is any clock that never goes back, in seconds. Every attempt that was acquired ends in exactly one
    `observe` (also when it was cancelled: `Kind.OTHER`) or, if it was never made, in one `release`. A call that is
    hedged has several attempts under way at once: they end in any order.
    """

    def pace_s(self, call: Call, now_s: float) -> float:
        """Seconds to hold the next attempt back before it is asked for; 0 where nothing limits the client's rate."""

    def delay_s(self, call: Call, now_s: float) -> float | None:
        """Seconds to wait before the next attempt; None: give up."""

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        """Ask leave for the next attempt; takes a token or a probe slot."""

    def release(self, call: Call) -> None:
        """Give back what `acquire` took: another layer refused."""

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:
        """Learn how the attempt ended."""

    def hedge_s(self, call: Call, now_s: float) -> float | None:
        """Seconds from now until another attempt is asked for beside those under way; None: never."""

    def left_s(self, call: Call, now_s: float) -> float | None:
        """Seconds that the call still has, sent along to the server; None: no deadline is kept."""

    def state(self) -> str | None:
        """The state that a person wants to see (closed, open, half-open); None where there is none."""
