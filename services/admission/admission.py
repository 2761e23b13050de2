"""What a layer of admission is asked, and what it is told.

    arrival ─▶ refuse ─▶ a worker is free ──────────────▶ work ─▶ ended
                 │         └▶ wait (at most patience_s) ─▶ work ─▶ ended
                 │              │   newest_first: who is next
                 └ refused      └ dropped, expired, gone

A layer is pure: time is an argument, nothing waits. Whoever waits does so in `services.kit.worker_pool`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Protocol

RANKS = 100
"""Priorities are 0 (shed first) to 99 (shed last)."""


class WorkState(StrEnum):
    """Where a piece of work is. It begins as NEW and ends in exactly one of the last four."""

    NEW = "new"
    WAITING = "waiting"
    WORKING = "working"
    SERVED = "served"
    REFUSED = "refused"
    DROPPED = "dropped"
    GONE = "gone"


@dataclass(slots=True, eq=False)
class Work:
    """One request at the door.

    Args:
        arrived_s: When it came, in seconds.
        priority: 0 is shed first, 99 last.
        deadline_s: When its client has gone, on the same clock; None: no one said.
        state: Where it is.
        why: Who refused or dropped it.
        expires_s: When its wait ends, at the latest.
        expires_by: Who says so.
    """

    arrived_s: float
    priority: int = 99
    deadline_s: float | None = None
    state: WorkState = field(default=WorkState.NEW, init=False)
    why: str = field(default="", init=False)
    expires_s: float = field(default=inf, init=False)
    expires_by: str = field(default="", init=False)


@dataclass(slots=True)
class Crowd:
    """How full it is.

    Args:
        waiting: How many wait.
        working: How many are being worked on.
        empty_s: When the queue was last seen empty, in seconds.
    """

    waiting: int = 0
    working: int = 0
    empty_s: float = -inf


class Layer(Protocol):
    """One rule, or several composed. `NoopAdmission` has the answers of one that has nothing to say."""

    name: str

    def refuse(self, work: Work, crowd: Crowd, now_s: float) -> bool:
        """Whether work that has just come is sent away."""

    def patience_s(self, crowd: Crowd, now_s: float) -> float:
        """Seconds that work that starts to wait now may wait at most."""

    def newest_first(self, crowd: Crowd, now_s: float) -> bool | None:
        """Whether the newest of those who wait is next (else the oldest); None: that is for others to say."""

    def waited(self, work: Work, now_s: float) -> None:
        """Work has left the queue, or begun without waiting."""

    def ended(self, work: Work, crowd: Crowd, now_s: float) -> None:
        """Work was done; `crowd` still counts it."""
