"""What goes wrong with engines, plugins and images: an error that says what to do, and nothing left behind."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.target_resolver import Ability
from lab.runtime import Runtime
from lab.runtime.base import SetupError
from lab.runtime.compose import preflight as compose_preflight
from tests.contract.world import COMPOSE_FILE, living, new_runtime

pytestmark = pytest.mark.containers


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """One that is not up yet."""
    with new_runtime("compose", tmp_path) as runtime:
        yield runtime


async def fails(runtime: Runtime, match: str, **variables: str) -> None:
    """Bringing it up is an error that says so."""
    with pytest.raises(SetupError, match=match):
        async with living(runtime, COMPOSE_FILE, **variables):
            pass


def test_it_can_do_all_that_drills_need(runtime: Runtime) -> None:
    """Known before anything is started."""
    needed = {Ability.CPU_CAP, Ability.PAUSE, Ability.KILL, Ability.LISTEN_QUEUE}
    assert needed <= runtime.abilities


def test_no_engine(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its socket isn't there."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    with pytest.raises(SetupError, match=r"no container engine answers at unix://.*make engine"):
        runtime.variables()


def test_an_engine_that_does_not_answer(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the connection and says nothing: the lab gives up after its deadline."""
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/silent.sock")
        monkeypatch.setattr(compose_preflight, "DEADLINE_S", 1.0)
        with pytest.raises(SetupError, match=r"no container engine answers.*timed out"):
            runtime.variables()


async def test_no_docker_command(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine answers, but no one can be told to compose."""
    monkeypatch.setenv("PATH", str(tmp_path))
    await fails(runtime, r"`docker` can't be started.*make engine")
    monkeypatch.undo()
    assert await runtime.takedown().is_active()


async def test_no_compose_plugin(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a docker command without the plugin says, and what to do."""
    fake = tmp_path / "docker"
    fake.write_text("#!/bin/sh\necho \"docker: 'compose' is not a docker command.\" >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    await fails(runtime, r"(?s)not a docker command.*docker-compose-plugin")
    assert await runtime.takedown().is_active()


async def test_no_image(runtime: Runtime) -> None:
    """Nothing is pulled; the error names the image and the command that builds it."""
    await fails(
        runtime,
        r"(?s)retry-storm-lab/services:none.*lab images",
        SERVICES_IMAGE="retry-storm-lab/services:none",
    )
    assert await runtime.takedown().is_active()


async def test_networks_that_are_taken(runtime: Runtime) -> None:
    """Someone took the block between the look and the bring-up."""
    with new_runtime("compose", runtime.token_file.parent.parent) as other:
        async with living(other) as lab:
            taken = lab.topology.variables["LAB_NET_MAIN"]
            runtime.variables()
            runtime._networks["LAB_NET_MAIN"] = taken  # type: ignore[attr-defined]
            await fails(runtime, r"(?si)overlap.*try again")
    assert await runtime.takedown().is_active()
