"""What stands where. Tests lab.analysis.system.system_map."""

import pytest

from lab.analysis.system import system_map
from lab.analysis.system.system_map import Capacity
from lab.analysis.timeline.timeline import Timeline
from lab.drillfile import Drill
from lab.topology.roles import Role, Roles
from tests.lab.analysis.system.little_lab import device, service, timeline

CHAIN = [
    ("load", "load", "outside"),
    ("edge", "server", "main"),
    ("storefront", "client", "main"),
    ("canary", "instrument", "main"),
    ("bridge", "device", "device"),
    ("router", "server", "internal"),
    ("auth", "server", "internal"),
]


def nodes(run: Timeline) -> list[tuple[str, str, str]]:
    """Name, kind and side of each node."""
    return [(node.name, node.kind, node.side) for node in system_map(run).nodes]


def arrows(run: Timeline) -> list[tuple[str, str, str | None]]:
    """Who calls whom over what."""
    return [(arrow.source, arrow.target, arrow.over) for arrow in system_map(run).arrows]


def test_nodes_stand_in_the_order_of_the_chain(drill: Drill) -> None:
    """From the load over the device to the end; roles that this run has not, and monitors, are absent."""
    assert nodes(timeline(drill)) == CHAIN


def test_arrows_are_who_calls_whom_and_over_what(drill: Drill) -> None:
    """Also before anything was started."""
    assert arrows(timeline(drill)) == [
        ("load", "edge", None),
        ("edge", "storefront", None),
        ("storefront", "auth", "bridge"),
        ("canary", "auth", "bridge"),
        ("router", "auth", None),
    ]


def test_a_role_is_there_when_the_drill_asks_for_it_or_it_was_seen(drill: Drill) -> None:
    """A fleet that is configured, with whom it calls where that is; a reserve device; a client that has samples."""
    more = drill.model_copy(update={"configuration": {**drill.configuration, "fleet": {}}, "reserve": True})
    run = timeline(more, service("streaming"))
    names = [name for name, _, _ in nodes(run)]
    assert names == [
        "load", "edge", "storefront", "streaming", "canary", "fleet", "bridge", "bridge-reserve", "router", "auth",
    ]  # fmt: skip
    assert system_map(run).reserve == ("bridge-reserve",)
    assert ("edge", "streaming", None) in arrows(run)


def test_the_load_calls_whom_its_customers_ask(drill: Drill) -> None:
    """One target for each customer, once each."""
    customer = {"rate_rps": 50, "steps": [{"name": "s", "path": "/"}]}
    load = {**drill.load.model_dump(), "customers": [
        {"name": "a", "target": "edge", **customer}, {"name": "b", "target": "storefront", **customer},
    ]}  # fmt: skip
    both = Drill.model_validate({**drill.model_dump(), "load": load})
    assert arrows(timeline(both))[:2] == [("load", "edge", None), ("load", "storefront", None)]


@pytest.mark.slow
def test_what_was_calibrated_is_on_the_map(drill: Drill, storm: object) -> None:
    """Capacity with its interval, the queue, and from when on waiting is useless; unknown before."""
    bare = system_map(timeline(drill))
    assert (bare.capacity, bare.queue_limit, bare.useless_from_s) == (None, None, 1.0)
    found = system_map(Timeline.fold(storm.events()))  # type: ignore[attr-defined]
    wanted = drill.bridge.headroom * 100
    assert found.capacity == Capacity(wanted, 0.96 * wanted, 1.04 * wanted, 2 * wanted)
    assert (found.queue_limit, found.device, found.behind) == (510, "bridge", "router")
    assert system_map(timeline(drill, device(listen_queue=77))).queue_limit == 77


def test_a_topology_without_a_device_has_arrows_over_nothing() -> None:
    """Where a drill is not known either, the limits are unknown."""
    run = Timeline()
    run.roles = Roles(
        {
            "load": Role(service="load", kind="load", calls=("shop",)),
            "shop": Role(service="shop", kind="client", calls=("stock",)),
            "stock": Role(service="stock", kind="server"),
        }
    )
    found = system_map(run)
    assert (found.device, found.behind, found.useless_from_s) == (None, None, None)
    assert arrows(run) == [("load", "shop", None), ("shop", "stock", None)]
