"""What stands where in a run: nodes, arrows between them, and the device that everything crosses.

    outside        main                                   device      internal
    load ────────▶ edge ──▶ storefront ──────────────────[ bridge ]──▶ router ──▶ auth
                            canary ──────────────────────[        ]

An arrow is who calls whom. One over a device ends at whom the caller means (auth), not at who passes it on there
(router): what became of it behind the device is other arrows'.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lab.analysis.metrics.queueing_delay import useless_from_s
from lab.analysis.timeline.timeline import Timeline
from lab.topology.roles import RoleKind, Roles

Side = Literal["outside", "main", "device", "internal"]

_DRAWN: tuple[RoleKind, ...] = ("load", "server", "client", "instrument", "device")
"""The kinds of roles that are drawn. Monitors are not: what they see is an eye's, not the system's."""
_SIDES: tuple[Side, ...] = ("outside", "main", "device", "internal")


@dataclass(frozen=True, slots=True)
class Node:
    """A role that is part of the run, by its name, and where it stands: in front of the device or behind it."""

    name: str
    kind: RoleKind
    side: Side


@dataclass(frozen=True, slots=True)
class Arrow:
    """Who calls whom. ``over``: the device between them, unless the caller is routed elsewhere; None: none."""

    source: str
    target: str
    over: str | None = None


@dataclass(frozen=True, slots=True)
class Capacity:
    """Connections per second that the device carries, as calibrated last (``lab.journal.events``). None: not measured.

    Attributes:
        answered_rps: connections that are answered; ``low_rps`` to ``high_rps`` is the 95 % interval of it.
        given_up_rps: connections whose clients are gone.
    """

    answered_rps: float | None
    low_rps: float | None
    high_rps: float | None
    given_up_rps: float | None


@dataclass(frozen=True, slots=True)
class SystemMap:
    """The picture without its figures.

    Attributes:
        nodes: in drawing order, from the load to the end of the chain.
        arrows: in the same order; the arrows of a ``SystemSecond`` are parallel to them.
        device: that everything crosses; None: this topology has none. ``reserve``: devices beside it.
        behind: to whom the device hands what it accepts.
        useless_from_s: the queueing delay from which no answer is of use; None without a drill.
        capacity: None as long as nothing was calibrated.
        queue_limit: connections that may wait to be accepted by the device, as first read; None: not read.
    """

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    device: str | None
    reserve: tuple[str, ...]
    behind: str | None
    useless_from_s: float | None
    capacity: Capacity | None
    queue_limit: int | None


def system_map(timeline: Timeline) -> SystemMap:
    """What stands where. It is fixed once the lab is calibrated; roles that a run has not are absent.

    A role is part of a run that every run has, that the drill asks for, or that anything was recorded of. It costs as
    much as there are roles and life-cycle events, so it is made once a run (again, when the lab was calibrated).
    """
    roles = timeline.roles
    present = _present(timeline)
    drill = timeline.drill
    return SystemMap(
        nodes=tuple(_nodes(roles, present)),
        arrows=tuple(_arrows(timeline, present)),
        device=roles.device or None,
        reserve=tuple(name for name in roles.reserves if name in present),
        behind=roles.behind_device or None,
        useless_from_s=None if drill is None else useless_from_s(drill),
        capacity=_capacity(timeline),
        queue_limit=_queue_limit(timeline),
    )


def _present(timeline: Timeline) -> frozenset[str]:
    """The roles that are part of the run and are drawn."""
    roles, drill = timeline.roles, timeline.drill
    asked: frozenset[str] = frozenset()
    if drill is not None:
        asked = drill.load.asks_for | drill.configuration.keys()
        asked |= frozenset(roles.reserves if drill.reserve else ())
    seen = {*timeline.services, *timeline.reserves}
    started = {change.service for change in timeline.changes}
    return frozenset(
        name
        for name in roles.of_kind(*_DRAWN)
        if roles[name].when is None or name in asked or name in seen or roles.process_of(name) in started
    )


def _nodes(roles: Roles, present: frozenset[str]) -> Iterator[Node]:
    nodes = [Node(name, roles[name].kind, _side(roles, name)) for name in roles if name in present]
    return iter(sorted(nodes, key=lambda node: _place(roles, node)))


def _place(roles: Roles, node: Node) -> tuple[int, int, str]:
    """By side, then by how far down the chain it stands; the instrument, which the load doesn't reach, comes last."""
    return _SIDES.index(node.side), _depths(roles).get(node.name, len(roles)), node.name


def _depths(roles: Roles) -> dict[str, int]:
    """How many calls it takes from the load (or from the device) to each role, at most."""
    found: dict[str, int] = {}
    todo = [(top, 0) for top in (roles.load, roles.device) if top]
    while todo:
        name, depth = todo.pop()
        if name in roles and depth > found.get(name, -1) and depth <= len(roles):
            found[name] = depth
            todo += [(callee, depth + 1) for callee in roles[name].calls]
    return found


def _side(roles: Roles, name: str) -> Side:
    kind = roles[name].kind
    if kind == "load":
        return "outside"
    if kind == "device":
        return "device"
    return "internal" if name in roles.reached_from(roles.behind_device) else "main"


def _arrows(timeline: Timeline, present: frozenset[str]) -> Iterator[Arrow]:
    roles = timeline.roles
    for node in _nodes(roles, present):
        for callee in _called(timeline, node):
            if callee in present and node.kind != "device":
                over = roles.device if node.kind in {"client", "instrument"} else None
                yield Arrow(node.name, callee, over or None)


def _called(timeline: Timeline, node: Node) -> tuple[str, ...]:
    """Whom it calls in this run; the load only those that its customers' requests go to."""
    if node.kind != "load":
        return timeline.roles[node.name].calls
    return timeline.drill.load.targets if timeline.drill else (timeline.roles.entrance,)


def _capacity(timeline: Timeline) -> Capacity | None:
    if not timeline.calibrations:
        return None
    last = timeline.calibrations[-1]
    return Capacity(last.capacity_rps, last.capacity_low_rps, last.capacity_high_rps, last.given_up_rps)


def _queue_limit(timeline: Timeline) -> int | None:
    """The listen queue as it was calibrated with, else as the device's first sample has it."""
    asked = timeline.calibrations[-1].listen_queue if timeline.calibrations else None
    return asked or (timeline.bridges[0].listen_queue if timeline.bridges else None)
