"""Stuck (metastable): the storm goes on although its trigger is gone.

By docs/definitions.md: every sliding 5 s window from (trigger end + queue + timeout) to the mitigation has
< 50 % good; at least 10 s judged, else null. A trigger whose end emptied the queue (listener rebuilt) proves
nothing: null.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.analysis.timeline.moments import until_s
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.trigger import Trigger
from lab.analysis.timeline.windows import good_share, sliding, whole_seconds
from lab.drillfile.model import DEFAULT, LAB, Drill

BAD_BELOW = 0.5
LEAST_JUDGED_S = 10.0
DEFAULT_TIMEOUT_S = 1.0
"""The clients' timeout where a drill sets none (compose.yaml)."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """``value`` None: undetermined, and ``because`` says why. ``seconds``: those that were judged."""

    value: bool | None
    because: str
    seconds: range = range(0)
    stuck_s: float | None = None


def settled_s(timeline: Timeline, end_s: float | None) -> float | None:
    """When the direct effects of a trigger are over: its end + queue + timeout."""
    if end_s is None or timeline.drill is None:
        return None
    return end_s + direct_effects_s(timeline.drill)


def direct_effects_s(drill: Drill) -> float:
    """How long a trigger's direct effects outlast it: what is in the device's queue, and one timeout."""
    return drill.bridge.queue_s + timeout_s(drill)


def timeout_s(drill: Drill) -> float:
    """The clients' timeout; where they differ, the longest."""
    return max(_timeouts_s(drill), default=DEFAULT_TIMEOUT_S)


def _timeouts_s(drill: Drill) -> Iterator[float]:
    """The clients' timeouts as a drill sets them. A library's own may be infinite: the load's patience bounds it."""
    for settings in drill.configuration.values():
        if "timeout_s" in settings:
            yield float(settings["timeout_s"])
        if settings.get("library", LAB) != LAB:
            given = settings.get("library_timeout_s", DEFAULT)
            yield drill.load.patience_s if given == DEFAULT else float(given)


def emptied_queue(timeline: Timeline) -> bool:
    """Whether a fault's end gave the device a new listener, or started it anew, and so emptied its queue.

    The queues of other services are not those in which a storm lives on: one that was killed and came back leaves
    what is judged untouched.
    """
    return timeline.trigger.rebuilt_listener_of(timeline.roles.device)


def find_stuck(timeline: Timeline, trigger: Trigger | None = None) -> Stuck:
    """Whether the system stayed stuck after a trigger (None: the first), by final cohorts only."""
    trigger = timeline.trigger if trigger is None else trigger
    start_s, judged = settled_s(timeline, trigger.end_s), timeline.judged
    if start_s is None or trigger.end_s is None or judged is None:
        return Stuck(None, "no trigger that ended within the run")
    if trigger.rebuilt_listener_of(timeline.roles.device):
        return Stuck(None, "the trigger's end emptied the bridge's queue")
    end_s = until_s(timeline, trigger.end_s) or judged[1]
    seconds = whole_seconds(start_s, end_s)
    # The time judged is real; whole seconds inside of it may be up to two fewer than its length.
    if end_s - start_s < LEAST_JUDGED_S:
        return Stuck(
            None, f"only {max(0.0, end_s - start_s):.1f} s judged, {LEAST_JUDGED_S:g} s needed", seconds
        )
    shares = [good_share(timeline, window) for window in sliding(seconds)]
    known = [share for share in shares if share is not None]
    if not known or len(known) < len(shares):
        return Stuck(None, "not every second was measured", seconds)
    value = max(known) < BAD_BELOW
    because = f"at most {100 * max(known):.1f} % good in any 5 s from {start_s:.1f} s to {end_s:.1f} s"
    stuck_s = end_s - trigger.end_s if value else _bad_for(timeline, trigger)
    return Stuck(value, because, seconds, stuck_s)


def _bad_for(timeline: Timeline, trigger: Trigger) -> float | None:
    """How long after the trigger's end until the first 5 s window with at least half good."""
    since_s, judged = trigger.end_s or 0.0, timeline.judged or (0.0, 0.0)
    again = (span.start_s for span in timeline.phases_of("retrigger"))
    for window in sliding(whole_seconds(since_s, min([judged[1], *(s for s in again if s > since_s)]))):
        share = good_share(timeline, window)
        if share is not None and share >= BAD_BELOW:
            return max(0.0, window.start - since_s)
    return None
