"""What a drill decides about the topology."""

import pytest

from lab.drillfile import Customer, Drill, load_drill
from lab.drillfile.load_model import SessionStep
from lab.session import Request
from lab.session.request import listen_queue
from lab.topology import load_topology
from tests.checkout import HOME, ROOT


def enabled(drill: Drill) -> tuple[set[str], dict[str, str]]:
    """The services that a run of it has, and storefront's environment."""
    request = Request(HOME, drill, "embedded")
    topology = load_topology(request.topology_file, {"LAB_RUN": "x", **request.variables()})
    return set(topology.enabled()), dict(topology.services["storefront"].environment)


def customer(path: str, target: str = "edge") -> Customer:
    """One that asks for a path."""
    return Customer(name="one", target=target, rate_rps=1.0, steps=(SessionStep(name="request", path=path),))


@pytest.mark.parametrize("mode", [None, "same-listener", "agent", "reserve-bridge"])
@pytest.mark.parametrize("reserve", [False, True])
@pytest.mark.parametrize("asked", [None, {"path": "/streaming/x"}, {"path": "/", "target": "streaming"}])
@pytest.mark.slow
def test_a_drills_wishes_add_up(mode: str | None, asked: dict[str, str] | None, *, reserve: bool) -> None:
    """Who watches, the second device and the second client: each is there when it is asked for, and not else."""
    drill = load_drill(ROOT / "drills" / "smoke.yaml")
    customers = () if asked is None else (customer(**asked),)
    load = drill.load.model_copy(update={"customers": customers})
    update = {"load": load, "reserve": reserve, "monitoring": mode}
    services, environment = enabled(drill.model_copy(update=update))
    assert ("streaming" in services) is (asked is not None)
    assert ("bridge-reserve" in services) is (reserve or mode == "reserve-bridge")
    assert ("prometheus-shared" in services) is (mode is not None)
    assert environment["BRIDGE_RESERVE"] == ("http://bridge-reserve:3128" if reserve else "")


@pytest.mark.slow
def test_the_drill_for_operators_has_what_every_mitigation_needs() -> None:
    """Both clients, both devices."""
    services, _ = enabled(load_drill(ROOT / "drills" / "operators.yaml"))
    assert services >= {"storefront", "streaming", "bridge", "bridge-reserve"}


@pytest.mark.slow
def test_a_drill_says_how_many_processes_play_a_service() -> None:
    """To the lab's topology and to the service; what it doesn't name is as the topology has it: one."""
    drill = load_drill(ROOT / "drills" / "smoke.yaml").model_copy(update={"processes": {"storefront": 2}})
    assert enabled(drill)[1]["PROCESSES"] == "2"
    request = Request(HOME, drill, "embedded")
    roles = load_topology(request.topology_file, {"LAB_RUN": "x", **request.variables()}).roles
    assert (roles["storefront"].processes, roles["router"].processes) == (2, 1)
    assert enabled(drill.model_copy(update={"processes": {}}))[1]["PROCESSES"] == "1"


def test_the_queue_holds_seconds_of_requests_not_of_sessions() -> None:
    """A customer with three steps asks three times as often as its sessions begin."""
    drill = load_drill(ROOT / "drills" / "smoke.yaml")
    one = customer(path="/")
    three = one.model_copy(update={"steps": one.steps * 3})
    queues = [
        listen_queue(drill.model_copy(update={"load": drill.load.model_copy(update={"customers": (each,)})}))
        for each in (one, three)
    ]
    assert queues == [round(2 * 1.0 * 3.4), round(2 * 3.0 * 3.4)]
