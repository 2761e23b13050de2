"""A watchdog whose container engine does not answer: it waits until that is back, and takes everything down."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from chaos.actions import ComposeDown
from chaos.ledger.ledger import Ledger, is_closed
from chaos.mark import LABEL
from chaos.wait import wait_until
from chaos.watchdog import Watchdog

if TYPE_CHECKING:
    from pathlib import Path

    import docker

pytestmark = pytest.mark.containers
SOCKET = "/var/run/docker.sock"


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection to the real engine, both ways, until either side ends it."""
    there, back = await asyncio.open_unix_connection(SOCKET)

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while chunk := await source.read(65536):
                sink.write(chunk)
                await sink.drain()
        sink.close()

    await asyncio.gather(pump(reader, back), pump(there, writer))


@pytest.fixture
def network(engine: docker.DockerClient, tmp_path: Path) -> str:
    """Something of the run that only the engine can remove; the id."""
    labels = {"com.docker.compose.project": f"lab-{tmp_path.name}", LABEL: tmp_path.name}
    return str(engine.networks.create(f"lab-{tmp_path.name}", labels=labels).id)


def _watchdog(tmp_path: Path, said: list[str], engine_back_s: float) -> Watchdog:
    ledger = Ledger.create(tmp_path / "ledger.jsonl", tmp_path.name, 0, (1, 1))
    ledger.own(ComposeDown(project=f"lab-{tmp_path.name}", run=tmp_path.name))
    (tmp_path / "journal.jsonl").write_text("")
    return Watchdog(tmp_path, said.append, engine_back_s=engine_back_s)


async def test_it_waits_for_the_engine_and_then_takes_down_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: docker.DockerClient, network: str
) -> None:
    """As after `systemctl restart docker` in the middle of a drill."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/engine.sock")
    said: list[str] = []
    taking_over = asyncio.create_task(_watchdog(tmp_path, said, 60).take_over("its owner is dead"))
    await wait_until(lambda: any("asking whether" in line for line in said), 60, "it to wait for the engine")
    assert [one.id for one in engine.networks.list(ids=[network])] == [network]
    async with await asyncio.start_unix_server(_forward, tmp_path / "engine.sock"):
        assert await asyncio.wait_for(taking_over, 60) == []
    assert engine.networks.list(ids=[network]) == []
    assert is_closed(tmp_path / "ledger.jsonl")


async def test_an_engine_that_stays_away_leaves_it_to_lab_recover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: docker.DockerClient, network: str
) -> None:
    """The ledger stays open, and says what is left and why."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/engine.sock")
    said: list[str] = []
    (left,) = await _watchdog(tmp_path, said, 0.5).take_over("its owner is dead")
    assert "the container engine can't be reached" in left
    assert not is_closed(tmp_path / "ledger.jsonl")
    engine.networks.get(network).remove()
