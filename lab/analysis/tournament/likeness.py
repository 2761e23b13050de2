"""Whether two runs can be compared at all: same load, same runtime, same bridge; and what was set differently."""

from collections.abc import Sequence
from itertools import product

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.tournament.cell import Cell, capacity_rps, is_valid
from lab.analysis.verdict.verdict import Verdict

APART = 0.10
"""Rates and headrooms further apart than this share of the larger one make two different labs."""
BRIDGES_APART = 0.20
"""Of capacities: each is known within some 10 %, by its interval, so what lies nearer together need not differ."""

Judged = tuple[Timeline, Verdict]


def why_unlike(a: Sequence[Judged], b: Sequence[Judged]) -> tuple[str, ...]:
    """Every reason why no figure of these runs can be held against each other; none: they can."""
    reasons = [reason for side, runs in (("A", a), ("B", b)) for reason in _doubted(side, runs)]
    for one, other in product(a, b):
        reasons += _unlike(one, other)
    return tuple(dict.fromkeys(reasons))


def on_like_bridges(a: Cell, b: Cell) -> bool:
    """Whether two cells of one tournament met the same bridge, or one calibrated alike; also where that's unknown."""
    one, other = a.capacity_rps, b.capacity_rps
    return one is None or other is None or abs(one - other) <= BRIDGES_APART * max(one, other)


def set_differently(a: Judged, b: Judged) -> tuple[str, ...]:
    """What the two were asked to do differently, each as ``name: A, B``."""
    pairs = {
        "drill": (a[1].drill, b[1].drill),
        "policy": (a[1].policy, b[1].policy),
        "trigger": (a[1].trigger, b[1].trigger),
        "mitigation": (a[1].mitigation, b[1].mitigation),
        "seed": (a[1].seed, b[1].seed),
        "phases": (_phases(a[0]), _phases(b[0])),
        "settings": (_settings(a[0]), _settings(b[0])),
    }
    return tuple(f"{name}: {x or 'none'} | {y or 'none'}" for name, (x, y) in pairs.items() if x != y)


def _doubted(side: str, runs: Sequence[Judged]) -> list[str]:
    return [
        f"{side} ({verdict.drill}, seed {verdict.seed}) is {verdict.verdict}: {'; '.join(verdict.reasons[:2])}"
        for timeline, verdict in runs
        if not is_valid(timeline, verdict)
    ]


def _unlike(a: Judged, b: Judged) -> list[str]:
    reasons = []
    if a[1].runtime != b[1].runtime:
        reasons.append(f"they ran on different runtimes: {a[1].runtime} and {b[1].runtime}")
    for name, unit, apart, one, other in (
        ("rate", "/s", APART, _rate(a[0]), _rate(b[0])),
        ("headroom", " x", APART, _headroom(a[0]), _headroom(b[0])),
        ("capacity of the bridge", "/s", BRIDGES_APART, capacity_rps(a[0]), capacity_rps(b[0])),
    ):
        if one is None or other is None:
            reasons.append(f"the {name} of {'both' if one is other else 'one of them'} is not known")
        elif abs(one - other) > apart * max(one, other):
            reasons.append(
                f"the {name} is more than {100 * apart:g} % apart: {one:.4g} and {other:.4g}{unit}"
            )
    return reasons


def _rate(timeline: Timeline) -> float | None:
    return timeline.drill.load.rate_rps if timeline.drill else None


def _headroom(timeline: Timeline) -> float | None:
    return timeline.drill.bridge.headroom if timeline.drill else None


def _phases(timeline: Timeline) -> str:
    phases = timeline.drill.phases if timeline.drill else ()
    return ", ".join(f"{phase.name} {phase.planned_s:g} s" for phase in phases)


def _settings(timeline: Timeline) -> str:
    drill = timeline.drill
    if drill is None:
        return ""
    said: dict[str, dict[str, object]] = {
        service: {key: value for key, value in settings.items() if key != "policy"}
        for service, settings in drill.configuration.items()
    }
    for service, processes in drill.processes.items():
        said[service] = {"processes": processes, **said.get(service, {})}
    return "; ".join(
        f"{service} {', '.join(f'{key} {value}' for key, value in settings.items())}"
        for service, settings in said.items()
        if settings
    )
