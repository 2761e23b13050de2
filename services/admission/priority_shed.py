"""Shedding by priority: under pressure the lowest X-Priority is refused first.

    every `window`:  overloaded  <=>  work waited more than `queuing` in the mean
                     overloaded:      wanted = (1 - decrease) * admitted
                     not overloaded:  wanted = admitted + increase * arrived
                     level  <-  the lowest level above which at most `wanted` of those that arrived would be admitted
    at the door:     refused  <=>  priority < level        (0: everyone; 100: no one)

Source: DAGOR (H. Zhou et al., "Overload Control for Scaling WeChat Microservices", SoCC 2018): mean queuing time of
20 ms, decrease 5 %, increase 1 %, and a histogram of the priorities of the last window, all as there. Its window is a
second or 2,000 requests; ours is 200 ms, because at the lab's hundreds of requests a second its own would take half a
minute to shed what a storm has too much. The level moves by at least one rank in the direction it should.
Defaults: queuing 20 ms, window 200 ms, decrease 5%, increase 1%.
"""

from services.admission.admission import RANKS, Crowd, Work
from services.admission.noop import NoopAdmission
from services.admission.spec import AdmissionSpec
from services.policies.parameters import Parameter


class PriorityShed(NoopAdmission):
    """An admission level that follows the queuing time.

    Args:
        queuing_s: More than this in the mean is overload, in seconds.
        window_s: How often the level is set, in seconds.
        decrease: The share of the admitted that is cut when overloaded.
        increase: The share of the arrived that is added when not.
    """

    name = "priority-shed"

    def __init__(self, queuing_s: float, window_s: float, decrease: float, increase: float) -> None:
        self._queuing_s = queuing_s
        self._window_s = window_s
        self._decrease = decrease
        self._increase = increase
        self.level = 0
        self._ends_s: float | None = None
        self._begin_window()

    def refuse(self, work: Work, crowd: Crowd, now_s: float) -> bool:
        """Whether it ranks below the level."""
        if self._ends_s is None:
            self._ends_s = now_s + self._window_s
        elif now_s >= self._ends_s:
            self._set_level(crowd)
            self._begin_window()
            self._ends_s = now_s + self._window_s
        self._arrived[work.priority] += 1
        if work.priority < self.level:
            return True
        self._admitted += 1
        return False

    def waited(self, work: Work, now_s: float) -> None:
        """Learn how long it waited, until it began or gave up."""
        self._waits += 1
        self._waited_s += now_s - work.arrived_s

    def _begin_window(self) -> None:
        self._arrived = [0] * RANKS
        self._admitted = 0
        self._waits = 0
        self._waited_s = 0.0

    def _set_level(self, crowd: Crowd) -> None:
        # No one left a queue that stands: that is overload, not a quiet window.
        stuck = not self._waits and crowd.waiting > 0
        if stuck or (self._waits and self._waited_s / self._waits > self._queuing_s):
            wanted = (1 - self._decrease) * self._admitted
            self.level = min(RANKS, max(self._level_for(wanted), self.level + 1))
        elif self.level:
            wanted = self._admitted + self._increase * sum(self._arrived)
            self.level = max(0, min(self._level_for(wanted), self.level - 1))

    def _level_for(self, wanted: float) -> int:
        """The lowest level above which at most `wanted` of the window's arrivals rank."""
        above = 0
        for rank in reversed(range(RANKS)):
            above += self._arrived[rank]
            if above > wanted:
                return rank + 1
        return 0


SPEC = AdmissionSpec(
    "priority-shed",
    "guard",
    {
        "queuing": Parameter("duration", default=0.02, least=0.0001, most=60, looser="more"),
        "window": Parameter("duration", default=0.2, least=0.01, most=60),
        "decrease": Parameter("share", default=0.05, least=0.001, most=1),
        "increase": Parameter("share", default=0.01, least=0.001, most=1),
    },
    build=lambda given: PriorityShed(given["queuing"], given["window"], given["decrease"], given["increase"]),
)
