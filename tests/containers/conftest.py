"""A lab in containers, up once for all tests of a module, and its containers as the engine sees them."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import docker
import pytest
import pytest_asyncio

from chaos.target_resolver import Container
from tests.contract.world import Lab, living, new_runtime


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """The real topology in containers."""
    with new_runtime("compose", tmp_path_factory.mktemp("compose")) as runtime:
        async with living(runtime) as lab:
            yield lab


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.DockerClient]:
    """The engine, asked directly."""
    client = docker.from_env(timeout=30)
    yield client
    client.close()


@dataclass(frozen=True)
class Ran:
    """What a command inside a container came to."""

    code: int
    output: str


Inspect = Callable[[str], dict[str, Any]]
Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def inspect(lab: Lab, engine: docker.DockerClient) -> Inspect:
    """All that the engine knows of a service's container."""
    return lambda service: dict(engine.api.inspect_container(_container(lab, service)))


@pytest.fixture(scope="module")
def run(lab: Lab, engine: docker.DockerClient) -> Run:
    """Run a command inside a service's container, as the service's user."""

    def execute(service: str, *command: str) -> Ran:
        done = engine.containers.get(_container(lab, service)).exec_run(list(command))
        assert isinstance(done.output, bytes)
        return Ran(done.exit_code or 0, done.output.decode(errors="replace"))

    return execute


def _container(lab: Lab, service: str) -> str:
    handle = lab.runtime.handle(service)
    assert isinstance(handle, Container)
    return handle.id
