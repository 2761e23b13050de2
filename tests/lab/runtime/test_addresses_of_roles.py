"""Where roles are that share a process, in both runtimes.

Tests lab.runtime: embedded/targets, compose/targets, compose/readings.
"""

from pathlib import Path
from typing import Any, cast

import pytest

from chaos.faults.kill import Kill
from chaos.faults.unavailable import Unavailable
from chaos.process.spawn import ProcessSpec
from chaos.target_resolver import Container, TargetResolver
from lab.runtime.base import Sockets
from lab.runtime.compose.engine import ContainerSeen
from lab.runtime.compose.readings import ContainerReadings
from lab.runtime.compose.targets import ContainerPlaces
from lab.runtime.embedded.plan import StartPlan
from lab.runtime.embedded.targets import LocalPlaces
from lab.topology import ServiceSpec, load_topology

TOPOLOGY = """
name: t
services:
  near:
    x-lab:
      roles:
        shop:  {kind: client, calls: [stock], data: 8080, control: 9000}
        stock: {kind: server, data: 8081, control: 9001}
    command: [x]
    expose: ["8080", "8081"]
    ports: ["127.0.0.1::9000", "127.0.0.1::9001"]
  alone:
    command: [x]
    expose: ["8080"]
    ports: ["127.0.0.1::9000"]
"""


@pytest.fixture
def services(tmp_path: Path) -> dict[str, ServiceSpec]:
    """A process of two roles, and one of one."""
    (tmp_path / "compose.yaml").write_text(TOPOLOGY)
    return dict(load_topology(tmp_path / "compose.yaml").services)


@pytest.fixture
def embedded(tmp_path: Path, services: dict[str, ServiceSpec]) -> LocalPlaces:
    """As local processes."""
    places = LocalPlaces("run", tmp_path)
    for number, (name, spec) in enumerate(services.items(), 1):
        process = ProcessSpec(argv=("x",), env={}, cwd=tmp_path, log=tmp_path / name)
        places._plans[name] = StartPlan(spec, f"127.1.2.{number}", process, None)
    return places


@pytest.fixture
def compose(tmp_path: Path, services: dict[str, ServiceSpec]) -> ContainerPlaces:
    """As containers, of which control ports are published."""
    places = ContainerPlaces("run", tmp_path)
    places._services = services
    near = ContainerSeen("near", "1" * 64, "running", {9000: "127.0.0.1:4001", 9001: "127.0.0.1:4002"})
    places._seen = {
        "near": near,
        "alone": ContainerSeen("alone", "2" * 64, "running", {9000: "127.0.0.1:4003"}),
    }
    return places


def test_a_role_has_an_address_of_its_own(embedded: LocalPlaces, compose: ContainerPlaces) -> None:
    """Control ports in both; a data port only where nothing lies between."""
    assert [embedded.address(name, "control") for name in ("shop", "stock", "alone")] == [
        "127.1.2.1:9000", "127.1.2.1:9001", "127.1.2.2:9000",
    ]  # fmt: skip
    assert embedded.address("stock", "data") == "127.1.2.1:8081"
    assert [compose.address(name, "control") for name in ("shop", "stock", "alone")] == [
        "127.0.0.1:4001", "127.0.0.1:4002", "127.0.0.1:4003",
    ]  # fmt: skip
    with pytest.raises(KeyError, match=r"port `data` of service stock isn't published.*published: control"):
        compose.address("stock", "data")


def test_what_is_journaled_of_a_process_has_all_of_its_ports(
    embedded: LocalPlaces, compose: ContainerPlaces
) -> None:
    """Each with its role's name."""
    assert embedded._plans["near"].addresses == {
        "shop data": "127.1.2.1:8080", "shop control": "127.1.2.1:9000",
        "stock data": "127.1.2.1:8081", "stock control": "127.1.2.1:9001",
    }  # fmt: skip
    assert compose._addresses("near") == {"shop control": "127.0.0.1:4001", "stock control": "127.0.0.1:4002"}
    assert compose._addresses("alone") == {"control": "127.0.0.1:4003"}


@pytest.mark.parametrize("runtime", ["embedded", "compose"])
def test_settings_are_a_roles_and_processes_a_services(runtime: str, request: pytest.FixtureRequest) -> None:
    """A fault in the settings of one goes to its port; a kill of one is refused by name, and of a process is done."""
    places: TargetResolver = request.getfixturevalue(runtime)
    (shop,), (stock,) = (Unavailable(target=name).actions(places) for name in ("shop", "stock"))
    assert shop.resource_keys().isdisjoint(stock.resource_keys())
    with pytest.raises(
        KeyError, match=r"stock shares its process with shop: what is done to a process .* `near`"
    ):
        Kill(target="stock").actions(places)
    with pytest.raises(KeyError, match=r"service near .*shop control.* stock control"):
        places.address("near", "control")
    for unknown in (places.handle, lambda name: places.address(name, "control")):
        with pytest.raises(KeyError, match="no service `stck`; there are near, shop, stock, alone"):
            unknown("stck")


def test_a_process_is_found_by_its_services_name(compose: ContainerPlaces) -> None:
    """Its container."""
    assert compose.handle("near") == Container(service="near", id="1" * 64)


class Reading:
    """The inside of a container."""

    async def sockets(self) -> Sockets:
        return Sockets(3, 2, 510, 40)

    async def overflows_total(self) -> int:
        return 41


async def test_full_queues_of_a_container_are_counted_once(tmp_path: Path, compose: ContainerPlaces) -> None:
    """The kernel counts those of all its listeners together, so only its first role has the figure."""
    readings = ContainerReadings("run", tmp_path)
    readings._services, readings._seen = compose._services, compose._seen
    names = ("shop", "stock", "alone")
    readings._insides = dict.fromkeys(names, cast("Any", Reading()))
    found = [(await readings.sockets(name)).listen_overflows_total for name in names]
    assert found == [40, None, 40]
    assert [await readings.overflows_total(name) for name in names] == [41, None, 41]
