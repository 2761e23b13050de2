"""That the bridge is the only way across is proved by trying every other one."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chaos.target_resolver import Container
from tests.containers.conftest import Inspect, Run
from tests.contract.world import Lab

pytestmark = pytest.mark.containers

CLIENTS = ("edge", "storefront", "canary", "load")
NO_NAME, NO_CONNECTION, TIMED_OUT = 6, 7, 28
"""curl's exit codes for a name that no one knows, a connection refused or without a way, and silence."""


def networks(inspect: Inspect, service: str) -> dict[str, str]:
    """The topology's networks of a service, and its address in each."""
    found = inspect(service)["NetworkSettings"]["Networks"]
    return {name.rpartition("_")[2]: network["IPAddress"] for name, network in found.items()}


def get(run: Run, service: str, address: str, *options: str) -> int:
    """Try a GET from inside a service; curl's exit code."""
    url = f"http://{address}/health"
    return run(service, "curl", "-s", "-o", "/dev/null", "--max-time", "2", *options, url).code


def test_only_bridge_and_router_are_on_both_sides(lab: Lab, inspect: Inspect) -> None:
    """The engine attached each service to what the file says; two of them to both main and internal."""
    attached = {service: set(networks(inspect, service)) for service in lab.topology.enabled()}
    assert attached == {name: set(spec.networks) for name, spec in lab.topology.enabled().items()}
    assert {name for name, nets in attached.items() if {"main", "internal"} <= nets} == {"bridge", "router"}


def test_who_may_is_heard(run: Run) -> None:
    """So the tries below fail for what they try, not for curl: neighbours and the bridge answer."""
    assert get(run, "edge", "storefront:8080") == 0
    assert get(run, "router", "auth:9000") == 0
    for client in CLIENTS:
        assert get(run, client, "auth", "--proxy", "http://bridge:3128") == 0


def test_no_client_reaches_auth_by_name_or_address(run: Run, inspect: Inspect) -> None:
    """Neither its data port nor its control port, from any service of main."""
    address = networks(inspect, "auth")["internal"]
    for client in CLIENTS:
        assert get(run, client, "auth:8080") == NO_NAME
    _all_in_vain(run, [(client, f"{address}:{port}") for client in CLIENTS for port in (8080, 9000)])


def test_auth_reaches_no_client(run: Run, inspect: Inspect) -> None:
    """The other direction is closed, too."""
    assert get(run, "auth", "storefront:8080") == NO_NAME
    _all_in_vain(run, [("auth", f"{networks(inspect, name)['main']}:9000") for name in CLIENTS])


def test_the_router_is_reached_over_its_link_only(run: Run, inspect: Inspect) -> None:
    """It forwards for the bridge: from main and internal its data port is closed, on each of its addresses."""
    addresses = networks(inspect, "router").values()
    tries = [(service, f"{one}:8080") for service in ("storefront", "auth") for one in addresses]
    _all_in_vain(run, tries)
    for service in ("storefront", "auth"):
        assert get(run, service, "router:8080") == NO_CONNECTION


def test_published_ports_are_the_hosts_alone(lab: Lab, run: Run, inspect: Inspect) -> None:
    """A container finds none of them, neither on its own loopback nor on the host's side of its network."""
    gateway = inspect("storefront")["NetworkSettings"]["Networks"]
    hosts = [network["Gateway"] for network in gateway.values()] + ["127.0.0.1"]
    ports = [lab.runtime.address(name, "control").rpartition(":")[2] for name in ("auth", "router", "edge")]
    ports.append(lab.runtime.address("bridge", "api").rpartition(":")[2])
    _all_in_vain(run, [("storefront", f"{host}:{port}") for host in hosts for port in ports])


def test_data_ports_are_not_published(lab: Lab) -> None:
    """The lab itself can't bypass the bridge either; asked for a data port, it says why."""
    for service, spec in lab.topology.enabled().items():
        if "data" in spec.named_ports:
            with pytest.raises(KeyError, match="isn't published"):
                lab.runtime.address(service, "data")
            assert isinstance(lab.runtime.handle(service), Container)


def _all_in_vain(run: Run, tries: list[tuple[str, str]]) -> None:
    """Every try ends without a connection."""
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda one: get(run, *one), tries))
    assert set(codes) <= {NO_CONNECTION, TIMED_OUT}, dict(zip(tries, codes, strict=True))
