"""What each part of the system did in a second, from what is known so far.

The page asks again and again for the newest seconds while a run lasts, so that nothing here walks over the run. With n
samples of a service, a actions and c life-cycle events, a second costs its ``Row`` (kept until something changes in its
5 s), look-ups of counters by second, and for each part O(log n + a + c).
"""

from dataclasses import dataclass

from lab.analysis.system.active_actions import ActiveAction, active_actions, spans_active
from lab.analysis.system.arrow_second import ArrowSecond, arrow_second
from lab.analysis.system.device_second import DeviceSecond, device_second
from lab.analysis.system.service_second import ServiceSecond, service_second
from lab.analysis.system.system_map import SystemMap, system_map
from lab.analysis.timeline.deltas import GAP_S
from lab.analysis.timeline.timeline import Timeline


@dataclass(frozen=True, slots=True)
class SystemSecond:
    """One second of the system.

    Attributes:
        second: of the run's clock; it covers ``[second, second + 1)``.
        provisional: what is said of it can still change.
        arrows: parallel to those of the map; None: not measured.
        devices: by name; ``services``: every node of the map, devices and load among them.
        active: the actions that were active.
    """

    second: int
    provisional: bool
    arrows: tuple[ArrowSecond | None, ...]
    devices: dict[str, DeviceSecond]
    services: dict[str, ServiceSecond]
    active: tuple[ActiveAction, ...]


def system_second(timeline: Timeline, second: int, found: SystemMap | None = None) -> SystemSecond:
    """A second of a run.

    Args:
        timeline: what is known of the run.
        second: of the run's clock.
        found: its map, where it is at hand: whoever asks for many seconds makes it once.
    """
    found = system_map(timeline) if found is None else found
    spans = spans_active(timeline, second)
    lasting = timeline.closed is None and second + 1 > timeline.now_s - GAP_S
    return SystemSecond(
        second=second,
        provisional=timeline.row(second).provisional or lasting,
        arrows=tuple(arrow_second(timeline, found, arrow, second) for arrow in found.arrows),
        devices={
            node.name: device_second(timeline, node.name, second)
            for node in found.nodes
            if node.kind == "device"
        },
        services={node.name: service_second(timeline, found, node, second, spans) for node in found.nodes},
        active=active_actions(spans),
    )
