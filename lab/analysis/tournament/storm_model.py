"""When a storm outlives a throttle, computed: from capacity, queue, timeout and retries alone. Pure, no measurement.

The model is a fluid queue with one server, first in, first out:

    offered /s ──▶ [ queue, finite ] ──▶ server: capacity /s; while the trigger lasts, throttled /s
          ▲                │
          └── again, at once, when an attempt has waited for `timeout`; `attempts` per request at most

A connection whose client still waits costs the server 1 / capacity s, one that was given up 1 / abandoned s: it is
carried to its end all the same. What finds the queue full costs nothing, and its client waits for the timeout.

Three things follow (T: timeout, q: offered, n: attempts, C: capacity, A: abandoned, c: throttled):

1. A storm feeds itself only where   n q > A   (more attempts than can even be thrown away), that is q > A / n, and
   where the queue holds more than a timeout's worth of it:   queue > A T.
2. A throttle lets no attempt time out, and so begins no storm, up to the length   T q / (q - c).  While it lasts, who
   came at t is served at q t / c; of those served within it, who came at c L / q waits longest: L (1 - c / q).
3. In between, the wait must be back under T before so many attempts per request are under way that n q > A. That is
   followed in time: the fluid is cut into slices of `STEP_S`, and all of a slice have one fate.

Sources: 1 is the sustaining effect of Bronson et al., *Metastable Failures in Distributed Systems*, HotOS 2021, and
of Huang et al., *Metastable Failures in the Wild*, OSDI 2022, where load and size of the trigger decide together. 2 and
3 are the fluid approximation of a queue in overload: Newell, *Applications of Queueing Theory*; Kleinrock, *Queueing
Systems* II, chapter 2.

What it leaves out: chance (arrivals are Poisson: the length at which a lab tips varies by about
sqrt(offered x length) / (offered - throttled) s from seed to seed), back-off, pools, budgets, several clients,
connections that the device holds open at once, and TCP's own second try, after 1 s, of what found the queue full.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt

STEP_S = 0.01
FINE = 0.005
"""How closely a tipping point is looked for: a share of the longest or highest value."""


@dataclass(frozen=True, slots=True)
class StormModel:
    """A device, its clients, and a throttle.

    Attributes:
        offered_rps: requests per second.
        attempts: per request, at most: 1 + retries, each made at once when the one before has timed out.
        timeout_s: of an attempt.
        capacity_rps: connections per second of clients that wait.
        abandoned_rps: connections per second of clients that have given up.
        throttled_rps: ``capacity_rps`` while the trigger lasts; the other is throttled by as much.
        queue: connections that may wait.
    """

    offered_rps: float
    attempts: int
    timeout_s: float
    capacity_rps: float
    abandoned_rps: float
    throttled_rps: float
    queue: float

    @property
    def sustained_from_rps(self) -> float:
        """Requests per second beyond which retries alone keep the device busy: A / n."""
        return self.abandoned_rps / self.attempts

    @property
    def sustains(self) -> bool:
        """Whether a storm, once there, feeds itself."""
        return self.offered_rps > self.sustained_from_rps and self.queue > self.abandoned_rps * self.timeout_s

    @property
    def harmless_s(self) -> float | None:
        """Up to this length a throttle makes no attempt time out: T q / (q - c). None: no length does."""
        over_rps = self.offered_rps - self.throttled_rps
        return None if over_rps <= 0 else self.timeout_s * self.offered_rps / over_rps

    @property
    def chance_s(self) -> float | None:
        """By how much the tipping length varies with the seed, one standard deviation; None: there is none."""
        if self.harmless_s is None:
            return None
        return sqrt(self.offered_rps * self.harmless_s) / (self.offered_rps - self.throttled_rps)

    def wait_after_s(self, trigger_s: float, watched_s: float) -> float:
        """How long who comes ``watched_s`` after a throttle of ``trigger_s`` waits for the device to be free, in s."""
        slices = round((trigger_s + watched_s) / STEP_S)
        patience = round(self.timeout_s / STEP_S)
        # Attempts that come in a slice, by their number; what times out comes again `patience` slices later.
        due = [[0.0] * (self.attempts + 1) for _ in range(slices + patience + 1)]
        waiting: deque[tuple[float, float]] = (
            deque()
        )  # when each that waits will be served, and how many they are
        queued, free_s = 0.0, 0.0
        for number in range(slices):
            at_s, coming = number * STEP_S, due[number]
            coming[0] = self.offered_rps * STEP_S
            while waiting and waiting[0][0] <= at_s:
                queued -= waiting.popleft()[1]
            arrived = sum(coming)
            fitting = min(arrived, max(0.0, self.queue - queued))
            served_s = max(free_s, at_s)
            given_up = served_s > at_s + self.timeout_s
            cost_s = fitting / (self.abandoned_rps if given_up else self.capacity_rps)
            free_s = self._done_s(served_s, cost_s, trigger_s)
            waiting.append((served_s, fitting))
            queued += fitting
            again = 1.0 if free_s > at_s + self.timeout_s else 1.0 - fitting / arrived
            for attempt in range(self.attempts - 1):
                due[number + patience][attempt + 1] += again * coming[attempt]
        return max(0.0, free_s - slices * STEP_S)

    def stays_stuck(self, trigger_s: float, watched_s: float) -> bool:
        """Whether the wait is still above the clients' timeout so long after a throttle, with all capacity back."""
        return self.sustains and self.wait_after_s(trigger_s, watched_s) > self.timeout_s

    def _done_s(self, begun_s: float, cost_s: float, trigger_s: float) -> float:
        """When work is done that takes so long at full capacity."""
        share = self.throttled_rps / self.capacity_rps
        left_s = max(0.0, trigger_s - begun_s) * share
        if cost_s <= left_s:
            return begun_s + cost_s / share
        return max(begun_s, trigger_s) + cost_s - left_s


def tipping_trigger_s(model: StormModel, longest_s: float, watched_s: float) -> float | None:
    """The shortest throttle that a storm outlives, in s; None: not even the longest one."""
    return _least(longest_s, lambda length_s: model.stays_stuck(length_s, watched_s))


def tipping_rate_rps(
    model: StormModel, trigger_s: float, highest_rps: float, watched_s: float
) -> float | None:
    """The lowest rate at which a storm outlives such a throttle, in requests/s; None: not even the highest."""
    return _least(
        highest_rps, lambda rate: replace(model, offered_rps=rate).stays_stuck(trigger_s, watched_s)
    )


def _least(most: float, tips: Callable[[float], bool]) -> float | None:
    """The least value at which it tips: both outcomes are on one side of it each."""
    if not tips(most):
        return None
    low, high = 0.0, most
    while high - low > FINE * most:
        middle = (low + high) / 2
        low, high = (low, middle) if tips(middle) else (middle, high)
    return high
