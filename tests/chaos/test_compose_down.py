"""A network that the engine does not give back. Tests chaos.actions.compose_down."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from docker.errors import APIError
from requests import Response

from chaos.actions import ComposeDown, compose_down
from chaos.errors import RefusedError

MINE = {"com.docker.compose.project": "lab-r", "retry-storm-lab.run": "compose-down"}


class Network:
    """Refuses to be removed as often as ``refusals`` says, as Docker 20.10 does after a container that it lost."""

    name = id = "lab-r_internal"
    attrs = {"Labels": MINE}  # noqa: RUF012

    def __init__(self, refusals: float) -> None:
        self.refusals = refusals
        self.gone = False

    def remove(self) -> None:
        if self.refusals > 0:
            self.refusals -= 1
            answer = Response()
            answer.status_code = HTTPStatus.FORBIDDEN
            raise APIError("has active endpoints", answer)
        self.gone = True


class Engine:
    """No containers, no volumes, one network with nothing on it."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.containers = self.volumes = self.networks = self.api = self

    def list(self, **how: Any) -> list[Any]:  # noqa: ANN401 - as the SDK
        return [] if self.network.gone or "all" in how else [self.network]

    def inspect_network(self, _id: str) -> dict[str, Any]:
        return {"Containers": {}}


class Volumes(Engine):
    """None."""

    def list(self, **_: Any) -> list[Any]:  # noqa: ANN401 - as the SDK
        return []


@pytest.fixture
def down(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], ComposeDown]:
    def with_a_network_that(refusals: float) -> ComposeDown:
        engine = Engine(Network(refusals))
        engine.volumes = Volumes(engine.network)

        async def with_engine(work: Callable[[Any], Any], *_: object) -> object:
            return work(engine)

        monkeypatch.setattr(compose_down, "with_engine", with_engine)
        monkeypatch.setattr(compose_down, "FREED_S", 0.3)
        return ComposeDown(project="lab-r", run="compose-down")

    return with_a_network_that


@pytest.mark.slow
async def test_a_network_that_the_engine_holds_without_a_container_is_named_with_what_to_do(
    down: Callable[[float], ComposeDown],
) -> None:
    """Its own word for it is no help to anyone who looks there and finds nothing."""
    with pytest.raises(RefusedError, match=r"network lab-r_internal stays: .*Restart the engine"):
        await down(float("inf")).apply()


@pytest.mark.slow
async def test_what_the_engine_frees_a_moment_later_is_removed(down: Callable[[float], ComposeDown]) -> None:
    """A container that is gone leaves its network a moment after it."""
    action = down(1)
    await action.apply()
    assert not any((await action.read()).values())
