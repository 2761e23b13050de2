"""What the containers may not do: read from the engine, and from the kernel where it can be seen active."""

from pathlib import Path

import pytest

from tests.containers.conftest import Inspect, Run
from tests.contract.world import Lab

pytestmark = pytest.mark.containers

USER = "10001"


@pytest.fixture(scope="module")
def services(lab: Lab) -> list[str]:
    return list(lab.topology.enabled())


MOST_MB = {"bridge": 1536, "router": 384, "fleet": 384, "updates": 384}
"""Those that hold the connections of a herd of 5,000 may take more."""


def test_the_engine_was_told_to_confine_them(services: list[str], inspect: Inspect) -> None:
    """Another user than root, nothing writable, no capability, no way to more, memory and logs limited."""
    for service in services:
        found = inspect(service)
        host = found["HostConfig"]
        assert found["Config"]["User"] == f"{USER}:{USER}", service
        assert host["ReadonlyRootfs"], service
        assert host["CapDrop"] == ["ALL"], service
        assert not host["CapAdd"], service
        assert "no-new-privileges:true" in host["SecurityOpt"], service
        assert not host["Privileged"], service
        assert 0 < host["Memory"] <= MOST_MB.get(service, 256) * 2**20, service
        assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-file": "2", "max-size": "4m"}}, (
            service
        )
        assert (host["PidMode"], host["IpcMode"], host["NanoCpus"]) == ("", "private", 0), service


def test_the_kernel_has_them_confined(services: list[str], inspect: Inspect) -> None:
    """The first process of each: its user, no capabilities left to have, no new privileges."""
    for service in services:
        lines = Path(f"/proc/{inspect(service)['State']['Pid']}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        assert status["Uid"].split() == [USER] * 4, service
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0, service
        assert status["NoNewPrivs"] == "1", service


def test_nothing_can_be_written_but_the_small_tmp(services: list[str], run: Run) -> None:
    """Neither the code nor the token; the bridge's image has no shell to try it with."""
    for service in services:
        if service == "bridge":
            continue
        assert run(service, "touch", "/app/services/auth.py").code != 0
        assert run(service, "sh", "-c", "echo x > /run/secrets/lab_token").code != 0
        assert run(service, "touch", "/tmp/file").code == 0  # noqa: S108 - inside the container


def test_mounts_are_read_only_and_never_the_engines_socket(services: list[str], inspect: Inspect) -> None:
    """The token and the bridge's configuration, and nothing else of the host."""
    for service in services:
        mounts = {mount["Destination"]: mount for mount in inspect(service)["Mounts"]}
        assert set(mounts) <= {"/run/secrets/lab_token", "/etc/lab/bridge.json"}, service
        assert not any(mount["RW"] for mount in mounts.values()), service


def test_ports_are_published_on_loopback_only(services: list[str], inspect: Inspect) -> None:
    """The control port, or the bridge's API, on a free port of 127.0.0.1."""
    for service in services:
        bound = inspect(service)["HostConfig"]["PortBindings"]
        assert list(bound) == ["8474/tcp" if service == "bridge" else "9000/tcp"], service
        assert {one["HostIp"] for ports in bound.values() for one in ports} == {"127.0.0.1"}, service


def test_the_engines_own_health_checks_keep_out_of_the_way(services: list[str], inspect: Inspect) -> None:
    """None on the bridge; elsewhere too seldom to be seen in a measurement."""
    for service in services:
        check = inspect(service)["Config"].get("Healthcheck")
        assert check is None if service == "bridge" else check["Interval"] >= 600e9
