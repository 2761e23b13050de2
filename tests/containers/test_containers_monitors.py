"""The images of Prometheus and Alertmanager, official or made here: started as the topology starts them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import docker
import pytest
from docker.models.containers import Container
from dotenv import dotenv_values

from chaos.wait import wait_until
from lab.runtime.binaries.programs import ALERTMANAGER, PROMETHEUS, Program
from tests.contract.world import ROOT

pytestmark = pytest.mark.containers

USER = "65534:65534"


@dataclass(frozen=True, slots=True)
class Monitor:
    """A program of an image, its checker beside it, and the least that it needs to start."""

    program: Program
    image: str
    checker: str
    port: int
    config: str
    arguments: tuple[str, ...]

    @property
    def data(self) -> str:
        """The folder that a named volume is mounted on."""
        return f"/{self.program.name}"


MONITORS = (
    Monitor(
        PROMETHEUS, "PROMETHEUS_IMAGE", "promtool", 9090, "global: {}\n", ("--storage.tsdb.path=/prometheus",)
    ),
    Monitor(
        ALERTMANAGER,
        "ALERTMANAGER_IMAGE",
        "amtool",
        9093,
        "route: {receiver: no-one}\nreceivers: [{name: no-one}]\n",
        ("--storage.path=/alertmanager", "--cluster.listen-address="),
    ),
)


@pytest.fixture(params=MONITORS, ids=lambda monitor: monitor.program.name)
def monitor(request: pytest.FixtureRequest) -> Monitor:
    """Both, one after the other."""
    assert isinstance(request.param, Monitor)
    return request.param


@pytest.fixture
def container(monitor: Monitor, engine: docker.DockerClient, tmp_path: Path) -> Iterator[Container]:
    """Its container, confined as in compose.yaml, with a fresh named volume and no network."""
    config = tmp_path / "config.yaml"
    config.write_text(monitor.config)
    volume = engine.volumes.create(f"monitor-test-{uuid4().hex[:12]}")
    container = engine.containers.create(
        str(dotenv_values(ROOT / "compose" / ".env")[monitor.image]),
        entrypoint=[monitor.program.name],
        command=["--config.file=/etc/lab/config.yaml", *monitor.arguments],
        user=USER,
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        network_mode="none",
        mem_limit="256m",
        volumes=[f"{config}:/etc/lab/config.yaml:ro", f"{volume.name}:{monitor.data}"],
    )
    try:
        container.start()
        yield container
    finally:
        container.remove(force=True)
        volume.remove(force=True)


async def test_it_runs_confined_and_writes_to_its_volume_only(monitor: Monitor, container: Container) -> None:
    """As the topology's user, with a read-only root; its health is asked as the topology asks it."""
    asked = ["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{monitor.port}/-/ready"]

    async def ready() -> bool:
        container.reload()
        assert container.status == "running", container.logs().decode()
        return container.exec_run(asked).exit_code == 0

    await wait_until(ready, 60, f"{monitor.program.name} to be ready")
    assert container.exec_run(["id", "-u"]).output == b"65534\n"
    assert container.exec_run(["touch", f"{monitor.data}/file"]).exit_code == 0
    for forbidden in ("/file", "/etc/file", "/bin/file"):
        assert container.exec_run(["touch", forbidden]).exit_code != 0, forbidden


async def test_its_checker_is_there_and_both_are_new_enough(monitor: Monitor, container: Container) -> None:
    """On the PATH, of the version that compose/.env pins, or a newer one."""
    wanted = monitor.program.wanted()
    for command in (monitor.program.name, monitor.checker):
        output = container.exec_run([command, "--version"]).output
        assert isinstance(output, bytes)
        version = re.match(rf"{command}, version ([0-9.]+)", output.decode())
        assert version, output
        assert wanted.accepts(version[1])
