"""Our reading of compose.yaml is Compose's own: the same file, read by both."""

import json
import os
import subprocess
from typing import Any

import pytest

from lab.runtime.compose.plugin import environment
from lab.topology import ServiceSpec, load_topology
from tests.contract.world import COMPOSE_FILE

pytestmark = pytest.mark.containers

VARIABLES = {
    "LAB_RUN": "a-run",
    "LAB_TOKEN_FILE": "/dev/null",
    "BRIDGE_QUEUE": "77",
    "COMPOSE_PROFILES": "*",
}


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    """What ``docker compose config`` makes of the file; that it is valid, says its exit code."""
    done = subprocess.run(
        ["docker", "compose", "-f", str(COMPOSE_FILE), "config", "--format", "json"],
        env=environment(VARIABLES),
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert not done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def ours() -> dict[str, ServiceSpec]:
    return dict(load_topology(COMPOSE_FILE, VARIABLES).services)


def test_the_same_services_networks_and_name(theirs: dict[str, Any], ours: dict[str, ServiceSpec]) -> None:
    """Nothing is missing on either side."""
    topology = load_topology(COMPOSE_FILE)
    assert set(theirs["services"]) == set(ours)
    assert set(theirs["networks"]) == set(topology.networks)
    assert set(theirs.get("volumes", {})) == set(topology.volumes)
    assert theirs["name"] == topology.name


def test_the_same_commands_environments_and_dependencies(
    theirs: dict[str, Any], ours: dict[str, ServiceSpec]
) -> None:
    """Word for word."""
    for name, service in theirs["services"].items():
        own = ours[name]
        assert tuple(service.get("entrypoint") or ()) == own.entrypoint
        assert tuple(service["command"]) == own.command
        assert (service.get("environment") or {}) == dict(own.environment)
        assert {k: v["condition"] for k, v in service.get("depends_on", {}).items()} == dict(own.depends_on)
        assert service.get("sysctls", {}) == dict(own.sysctls)
        assert tuple(service.get("profiles", ())) == own.profiles


def test_the_same_networks_ports_and_mounts(theirs: dict[str, Any], ours: dict[str, ServiceSpec]) -> None:
    """Networks with aliases, ports inside and published, files."""
    for name, service in theirs["services"].items():
        own = ours[name]
        aliases = {net: tuple((how or {}).get("aliases", ())) for net, how in service["networks"].items()}
        assert aliases == dict(own.networks)
        assert tuple(map(int, service.get("expose", ()))) == own.expose
        assert tuple(port["target"] for port in service["ports"]) == own.ports
        assert {port["host_ip"] for port in service["ports"]} == {"127.0.0.1"}
        mounts = [
            (mount["target"], mount["source"], mount.get("read_only", False))
            for mount in service.get("volumes", ())
        ]
        assert mounts == [
            (m.target, m.volume or os.path.normpath(str(m.source)), m.read_only) for m in own.mounts
        ]
        files = {f"/run/secrets/{one['target'].rpartition('/')[2]}" for one in service.get("secrets", ())}
        assert files == set(own.secrets)


def test_the_same_health_checks(theirs: dict[str, Any], ours: dict[str, ServiceSpec]) -> None:
    """URL, and how long a service may take."""
    for name, service in theirs["services"].items():
        check, own = service.get("healthcheck"), ours[name].health
        assert (check is None) == (own is None)
        if check and own:
            assert check["test"][-1] == own.url
            assert (check["timeout"], check["retries"]) == ("2s", 30)
            assert own.timeout_s == 2
