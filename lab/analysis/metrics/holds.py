"""Does the fix hold? Whether the system recovers when its trigger comes again, with all that protects it in place.

    trigger    ▇▇▇            retrigger      ▇▇▇
    mitigation      ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
    good       ▁▁▁▁▁▁▁▂▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▁▁▁▂▇▇▇▇▇▇▇
                                               |--| within the bound: yes

unsafe: it recovers, but a protective setting as read back is looser than in the baseline (or than ``envelope`` says).
"""

from dataclasses import dataclass

from lab.analysis.metrics.protection_kept import Envelope, find_protection
from lab.analysis.metrics.recovery import AFTERWARDS_S, Recovery, find_recovery
from lab.analysis.timeline.moments import until_s
from lab.analysis.timeline.seconds import WINDOW_S
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile.condition import Condition
from lab.drillfile.holds import HoldsWord
from lab.drillfile.model import Drill


@dataclass(frozen=True, slots=True)
class Holds:
    """``value`` None: not known. ``because`` says why it is so. ``looser``: what makes it unsafe."""

    value: HoldsWord | None
    because: str
    looser: tuple[str, ...] = ()


def holds_for(timeline: Timeline, condition: Condition | None) -> Holds:
    """As a condition asks; None: as the drill's own does, or else within the bound of its ``time_to_recover``."""
    drill = timeline.drill
    asked = condition or (None if drill is None else drill.holds)
    within_s = _within_s(asked, drill)
    if within_s is None:
        return Holds(None, "the drill says neither `within` nor how fast it is to recover")
    return find_holds(timeline, within_s, {} if asked is None else asked.envelope)


def _within_s(asked: Condition | None, drill: Drill | None) -> float | None:
    if asked is not None and asked.within_s is not None:
        return asked.within_s
    return None if drill is None else drill.recovery_bound_s


def find_holds(timeline: Timeline, within_s: float, envelope: Envelope) -> Holds:
    """Whether the system recovered within so many seconds of the second trigger's end, by final cohorts only."""
    again = timeline.retrigger
    if not again.actions or again.end_s is None or again.start_s is None:
        return Holds(None, "the trigger did not come again, or did not end within the run")
    if again.rebuilt_listener_of(timeline.roles.device):
        return Holds(None, "the end of the second trigger emptied the bridge's queue")
    recovery = find_recovery(timeline, again.end_s, emptied=False)
    if undone := _undone(timeline, again.start_s, _seen_until_s(timeline, recovery)):
        return Holds(None, f"undone before that could be seen: {', '.join(undone)}")
    back, because = _back(recovery, within_s)
    if back is not True:
        return Holds(None if back is None else "no", because)
    return _protected(timeline, again.end_s, envelope, because)


def _protected(timeline: Timeline, since_s: float, envelope: Envelope, because: str) -> Holds:
    """A fix with which service was back: whether everything that protects was still there."""
    kept = find_protection(timeline, since_s, envelope)
    if kept.looser:
        return Holds("unsafe", f"{because}, but {'; '.join(kept.looser)}", kept.looser)
    if kept.unknown or not timeline.settings:
        which = ", ".join(kept.unknown) or "any service"
        return Holds(None, f"{because}, but the settings of {which} were not read")
    return Holds("yes", because)


def _back(recovery: Recovery, within_s: float) -> tuple[bool | None, str]:
    """Whether service was back within the bound; None: the window ended too soon to know."""
    bound = f"within {within_s:g} s of the second trigger"
    if recovery.time_s is not None:
        return (
            recovery.time_s <= within_s,
            f"back {recovery.time_s:.1f} s after the second trigger ({bound} is asked)",
        )
    if recovery.censored_at_s is None:
        return None, "recovery after the second trigger was not measured"
    because = f"not back {recovery.censored_at_s:.1f} s after the second trigger, when its window ended"
    pending = recovery.pending_s is not None and recovery.pending_s <= within_s
    if pending or recovery.censored_at_s - WINDOW_S < within_s:
        return None, f"{because}: too soon to know whether it is back {bound}"
    return False, because


def _seen_until_s(timeline: Timeline, recovery: Recovery) -> float:
    """Until when mitigations must have been active: service was back and stayed, or the window's end."""
    since_s = recovery.since_s or 0.0
    if recovery.time_s is not None:
        return since_s + recovery.time_s + WINDOW_S + AFTERWARDS_S
    return until_s(timeline, since_s) or since_s


def _undone(timeline: Timeline, before_s: float, until_s: float) -> list[str]:
    """Mitigations that were active before a moment, and not any more at a later one."""
    return [
        action.name
        for action in timeline.actions.values()
        if action.kind == "mitigation" and action.applied_s is not None and action.applied_s < before_s
        and action.over_s is not None and action.over_s < until_s
    ]  # fmt: skip
