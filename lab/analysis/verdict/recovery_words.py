"""What became of service after the trigger, as its seconds have it: stuck, back by itself, or back with what helped.

    trigger   ▇▇▇
    help              first ▇▇▇▇▇▇▇ second ▇▇▇▇▇▇
    era          |--------||-------||-----------|     each is looked at by itself; the first that brings it back ends

What was good before help came is not credited to it. What was not measured is not said.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lab.analysis.metrics.recovery import AFTERWARDS_S, GOOD_AFTERWARDS, GOOD_FROM, Recovery, find_recovery
from lab.analysis.metrics.self_feeding import fed_itself
from lab.analysis.metrics.stuck import BAD_BELOW, emptied_queue, find_stuck
from lab.analysis.timeline.moments import mitigation_moments, until_s
from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.rows import amplification
from lab.analysis.timeline.seconds import WINDOW_S
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.timeline.windows import good_share, last_seconds, per_second, sliding, whole_seconds
from lab.analysis.verdict.trigger_words import called, listed

HARDLY = 1.05
"""An amplification below this is not worth a word."""

_HAIR_S = 1e-6
_AT_ONCE_S = 1.0
"""What was switched on no further apart was switched on together."""


@dataclass(frozen=True, slots=True)
class _Help:
    """Mitigations of one moment, as they were read back."""

    at_s: float
    actions: tuple[ActionSpan, ...]

    @property
    def name(self) -> str:
        return listed(called(action) for action in self.actions)

    @property
    def switched(self) -> str:
        times = [action.applied_s or 0.0 for action in self.actions]
        if max(times) - min(times) > _AT_ONCE_S:
            return f"the first of {self.name} was switched on"
        many = len({called(action) for action in self.actions}) > 1
        return f"{self.name} {'were' if many else 'was'} switched on"

    @property
    def over_s(self) -> float | None:
        """When the last of them was undone; None while one is active."""
        ends = [action.over_s for action in self.actions]
        return None if None in ends else max(end for end in ends if end is not None)


def after_words(timeline: Timeline) -> list[str]:
    """One or a few sentences on what followed the first trigger; none where there was none, or it proves nothing."""
    start_s, first = timeline.trigger_start_s, timeline.first_s
    if start_s is None or first is None or emptied_queue(timeline):
        return []
    helps = [help_ for help_ in _helps(timeline) if _since_s(timeline) < help_.at_s < first[1]]
    era_end_s = helps[0].at_s if helps else first[1]
    least = _least(timeline, whole_seconds(start_s, first[1]))
    if least is not None and least >= GOOD_FROM:
        return [_unhurt(least)]
    least = _least(timeline, whole_seconds(start_s, era_end_s))
    if least is not None and least >= GOOD_FROM:
        return [_unhurt(least, f" until {helps[0].switched}" if helps else "")]
    if not _dipped(timeline, whole_seconds(start_s, first[1])):
        return []
    said, back = _without_help(timeline, helps)
    return [*said, *(() if back else _with_help(timeline, helps))]


def unhurt(timeline: Timeline, start_s: float, end_s: float) -> bool:
    """Whether every 5 s window between two moments was measured, and good."""
    least = _least(timeline, whole_seconds(start_s, end_s))
    return least is not None and least >= GOOD_FROM


def _unhurt(least: float, until: str = "") -> str:
    share = f"at least {math.floor(100 * least)} % of requests were answered in time in any 5 s"
    return f"Service went on{until}: {share}."


def _since_s(timeline: Timeline) -> float:
    """From when on mitigations are for the storm: the trigger's end; its start, where it did not end."""
    end_s = timeline.trigger_end_s
    return (timeline.trigger_start_s or 0.0) if end_s is None else end_s


def _helps(timeline: Timeline) -> Iterator[_Help]:
    for first_s, last_s in mitigation_moments(timeline):
        actions = tuple(
            action for action in timeline.actions.values()
            if action.kind == "mitigation" and action.applied_s is not None and action.verified is not False
            and first_s <= action.applied_s <= last_s
        )  # fmt: skip
        if actions:
            yield _Help(first_s, actions)


def _without_help(timeline: Timeline, helps: list[_Help]) -> tuple[list[str], bool]:
    """What followed the trigger's end before something was done about it; and whether service was back by then."""
    end_s = timeline.trigger_end_s
    if end_s is None:
        return [], False
    stuck, recovery = find_stuck(timeline), find_recovery(timeline, end_s)
    era = whole_seconds(end_s, until_s(timeline, end_s) or end_s)
    back_s = recovery.time_s if recovery.time_s is not None else recovery.pending_s
    if stuck.value:
        return [_stuck(timeline, end_s, era)], False
    if back_s is not None:
        return _back_by_itself(timeline, recovery, back_s, era, helps)
    if stuck.value is False and stuck.stuck_s is not None:
        return [_in_part(timeline, stuck.stuck_s, era)], False
    if not helps and recovery.censored_at_s is not None and _low_at_last(timeline, era):
        return [
            f"{recovery.censored_at_s:.0f} s after that was over, service was still not fully back."
        ], False
    return [], False


def _stuck(timeline: Timeline, end_s: float, era: range) -> str:
    """How few were answered, over the seconds up to the era's end whose every 5 s were under half good."""
    first = era.start
    for window in reversed(list(sliding(era))):
        share = good_share(timeline, window)
        if share is None or share >= BAD_BELOW:
            first = window.start + 1
            break
    from_the_end = first == era.start
    until = until_s(timeline, end_s) or float(era.stop)
    intro = (
        "After that was over, still only"
        if from_the_end
        else f"From {first - end_s:.0f} s after that was over on, only"
    )
    left = _rates(timeline, range(first, era.stop))
    if left is None:
        return "That was over, but under half of all requests were answered."
    lasted_s = until - (end_s if from_the_end else first)
    return f"{intro} {left} were answered, for {lasted_s:.0f} s{_why(timeline)}."


def _why(timeline: Timeline) -> str:
    if fed_itself(timeline):
        return ": the storm fed itself"
    tries = amplification(timeline.seconds, find_stuck(timeline).seconds, final=True)
    return "; hardly anything was retried" if tries is not None and tries < HARDLY else ""


def _back_by_itself(
    timeline: Timeline, recovery: Recovery, back_s: float, era: range, helps: list[_Help]
) -> tuple[list[str], bool]:
    end_s = recovery.since_s or 0.0
    start_s = timeline.trigger_start_s or 0.0
    before = last_seconds(whole_seconds(start_s, end_s), WINDOW_S)
    earlier = [help_.name for help_ in _helps(timeline) if help_.at_s <= end_s]
    how = f"with {listed(earlier)} already active" if earlier else "by itself"
    relapse = _relapse(timeline, era, range(era.start, round(end_s + back_s) + WINDOW_S))
    when = _when(timeline, recovery, back_s, era, helped=bool(helps))
    share = good_share(timeline, before) if len(before) == WINDOW_S else None
    first = whole_seconds(start_s, end_s + back_s + WINDOW_S)
    if unhurt(timeline, start_s, end_s + back_s + WINDOW_S):
        return [f"Service went on while that lasted{relapse}."], not relapse
    if not _dipped(timeline, first):
        return [], False
    if share is not None and share >= GOOD_FROM and back_s < 1 + _HAIR_S:
        said = "Service was back before that was over"
    else:
        said = f"Once that was over, service came back {how}: {when}"
    if relapse:
        return [f"{said}{relapse}."], False
    ahead = f", {helps[0].at_s - end_s - back_s:.0f} s before {helps[0].switched}" if helps else ""
    return [f"{said}{ahead}."], True


def _when(timeline: Timeline, recovery: Recovery, back_s: float, era: range, *, helped: bool) -> str:
    """``after 1 s half was answered again, after 4 s it was fully back``."""
    half_s = find_stuck(timeline).stuck_s
    bad = _lowest(timeline, era)
    was_half = (
        bad is not None and bad < BAD_BELOW and half_s is not None and f"{half_s:.0f}" != f"{back_s:.0f}"
    )
    half = f"after {half_s:.0f} s half was answered again, " if was_half else ""
    so_far = "" if helped else _as_far(timeline, era)
    whole = "it was fully back" if recovery.time_s is not None else f"it was back{so_far}"
    return f"{half}after {back_s:.0f} s {whole}"


def _in_part(timeline: Timeline, half_s: float, era: range) -> str:
    """Some 5 s were at least half good, and it was not back."""
    last = _rates(timeline, last_seconds(era, AFTERWARDS_S))
    at_last = "" if last is None else f"; at last {last} were"
    bad = _lowest(timeline, era)
    again = " again" if bad is not None and bad < BAD_BELOW else ""
    return f"Once that was over, service was not fully back: after {half_s:.0f} s half was answered{again}{at_last}."


def _with_help(timeline: Timeline, helps: list[_Help]) -> list[str]:
    """What followed each moment of help, up to the one with which service was back."""
    said: list[str] = []
    for help_ in helps:
        recovery = find_recovery(timeline, help_.at_s)
        era = whole_seconds(help_.at_s, until_s(timeline, help_.at_s) or help_.at_s)
        back_s = recovery.time_s if recovery.time_s is not None else recovery.pending_s
        if back_s is not None:
            return [*said, _back(timeline, help_, recovery, back_s, era)]
        if recovery.censored_at_s is not None and _low_at_last(timeline, era):
            censored = f"{recovery.censored_at_s:.0f} s after {help_.switched}"
            said.append(f"{censored}, service was still not fully back.")
    return said


def _back(timeline: Timeline, help_: _Help, recovery: Recovery, back_s: float, era: range) -> str:
    start = round(help_.at_s + back_s)
    good_from = _good_from(timeline, start)
    if good_from + 1 <= help_.at_s:
        return f"Service was back before {help_.switched}."
    undone_s = help_.over_s
    undone = (
        "" if undone_s is None or undone_s > start else f" ({start - undone_s:.0f} s after that was undone)"
    )
    since = f"{back_s:.0f} s after {help_.switched}{undone}"
    if recovery.time_s is not None:
        return (
            f"{since}, service was fully back{_relapse(timeline, era, range(era.start, start + WINDOW_S))}."
        )
    return f"{since}, service was back{_as_far(timeline, era)}."


def _as_far(timeline: Timeline, era: range) -> str:
    """For how long service was seen to be back: too short to call it recovered."""
    whole = timeline.judged is not None and era.stop >= int(timeline.judged[1])
    return ", until the run ended" if whole else ", as far as that was watched"


def _good_from(timeline: Timeline, second: int) -> int:
    """The first of the seconds up to this one that were all good."""
    while second > 0 and _is_good(timeline, range(second - 1, second)):
        second -= 1
    return second


def _relapse(timeline: Timeline, era: range, recovered: range) -> str:
    """What was left in the end, where service that had been back was not any more."""
    last = range(max(recovered.stop, era.stop - AFTERWARDS_S), era.stop)
    share = good_share(timeline, last)
    left = _rates(timeline, last)
    if len(last) < WINDOW_S or share is None or share >= GOOD_AFTERWARDS or left is None:
        return ""
    return f", but not for good: at last {left} were answered"


def _rates(timeline: Timeline, span: range) -> str | None:
    """``0 of 100 requests/s``."""
    good, offered = per_second(timeline, span, "good"), per_second(timeline, span, "offered")
    return None if good is None or offered is None else f"{good:.0f} of {offered:.0f} requests/s"


def _is_good(timeline: Timeline, span: range) -> bool:
    share = good_share(timeline, span)
    return share is not None and share >= GOOD_FROM


def _low_at_last(timeline: Timeline, era: range) -> bool:
    """Whether the last 5 s of an era, and the very last one, are known to be less than good."""
    shares = [good_share(timeline, last_seconds(era, seconds)) for seconds in (WINDOW_S, 1)]
    return all(share is not None and share < GOOD_FROM for share in shares)


def _shares(timeline: Timeline, span: range) -> list[float | None]:
    return [good_share(timeline, window) for window in sliding(span)]


def _least(timeline: Timeline, span: range) -> float | None:
    """The least good 5 s; None where any is not known."""
    shares = _shares(timeline, span)
    known = [share for share in shares if share is not None]
    return min(known) if known and len(known) == len(shares) else None


def _lowest(timeline: Timeline, span: range) -> float | None:
    """The least good 5 s of those that are known."""
    return min((share for share in _shares(timeline, span) if share is not None), default=None)


def _dipped(timeline: Timeline, span: range) -> bool:
    lowest = _lowest(timeline, span)
    return lowest is not None and lowest < GOOD_FROM
