"""What came, and for how long: ``10 s of latency on bridge``. Spans are counted as they were.

    ▇▇▇▇▇            latency on bridge
       ▇▇▇▇▇         less capacity on bridge     5 s of latency on bridge and 5 s of ... (8 s in all)
    ▇▇▇▇▇   ▇▇▇▇▇    latency on bridge, twice    10 s of latency on bridge (within 13 s)

What lasted until the rollback has no length.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lab.analysis.timeline.row import ActionSpan
from lab.analysis.timeline.timeline import Timeline

_SAME_S = 0.5
"""Moments that lie no further apart are one."""

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Part:
    """One kind of thing that came: when it was active; ``lasts``: it was still active when the phases were over."""

    name: str
    spans: tuple[Span, ...]
    lasts: bool


def called(action: ActionSpan) -> str:
    """``latency on bridge``."""
    return f"{action.traits.called or action.fault} on {action.target}"


def listed(names: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; each once."""
    once = list(dict.fromkeys(names))
    return " and ".join(filter(None, (", ".join(once[:-1]), *once[-1:])))


def what_came(timeline: Timeline, without_effect: Collection[str] = ()) -> str:
    """The first trigger, with how long each part of it was active; empty where there was none.

    Args:
        timeline: the run.
        without_effect: the names of faults that lacked the effect asked for: it is said of them.
    """
    parts = _parts(timeline, without_effect)
    if not parts:
        return ""
    names = listed(part.name for part in parts)
    first = parts[0].spans
    if any(part.lasts for part in parts):
        return names if len(parts) == 1 else listed(_open(part) for part in parts)
    if len(first) == 1 and all(_same(part.spans, first) for part in parts):
        return _lasted(first, names)
    return listed(_lasted(part.spans, part.name) for part in parts) + _in_all(parts)


def _parts(timeline: Timeline, without_effect: Collection[str]) -> list[_Part]:
    judged = timeline.judged
    found: dict[str, list[ActionSpan]] = {}
    for action in timeline.trigger.actions:
        lacking = " (without the effect asked for)" if action.name in without_effect else ""
        found.setdefault(called(action) + lacking, []).append(action)
    if judged is None:
        return []
    return [
        _Part(name, union(_span(a, judged[1]) for a in actions), any(_lasts(a, timeline) for a in actions))
        for name, actions in found.items()
    ]


def _span(action: ActionSpan, end_s: float) -> Span:
    start_s = action.applied_s or 0.0
    return start_s, max(start_s, min(end_s, end_s if action.over_s is None else action.over_s))


def _lasts(action: ActionSpan, timeline: Timeline) -> bool:
    over_s, done_s = action.over_s, timeline.done_s
    return over_s is None or (done_s is not None and over_s >= done_s)


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time without overlaps, in order."""
    merged: list[Span] = []
    for start_s, end_s in sorted(spans):
        if merged and start_s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_s))
        else:
            merged.append((start_s, end_s))
    return tuple(merged)


def _length_s(spans: tuple[Span, ...]) -> float:
    return sum(end_s - start_s for start_s, end_s in spans)


def _extent_s(spans: tuple[Span, ...]) -> float:
    return spans[-1][1] - spans[0][0]


def _same(spans: tuple[Span, ...], others: tuple[Span, ...]) -> bool:
    return len(spans) == len(others) == 1 and all(
        abs(one - other) <= _SAME_S for one, other in zip(spans[0], others[0], strict=True)
    )


def _lasted(spans: tuple[Span, ...], name: str) -> str:
    length_s, extent_s = _length_s(spans), _extent_s(spans)
    said = name if length_s < _SAME_S else f"{length_s:.0f} s of {name}"
    return f"{said} (within {extent_s:.0f} s)" if extent_s - length_s >= _SAME_S else said


def _open(part: _Part) -> str:
    return f"{part.name} to the end" if part.lasts else _lasted(part.spans, part.name)


def _in_all(parts: list[_Part]) -> str:
    """How long any of several parts was active, where that isn't the sum; and from the first to the last."""
    if len(parts) == 1:
        return ""
    both = union(span for part in parts for span in part.spans)
    length_s, extent_s = _length_s(both), _extent_s(both)
    overlap = sum(_length_s(part.spans) for part in parts) - length_s >= _SAME_S
    gap = extent_s - length_s >= _SAME_S
    said = [f"{length_s:.0f} s in all"] * overlap + [f"within {extent_s:.0f} s"] * gap
    return f" ({', '.join(said)})" if said else ""
