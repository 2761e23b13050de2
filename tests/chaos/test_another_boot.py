"""A ledger of another boot: its pids, ports and clock are another process's by now, its containers are still there."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

import chaos.ledger.ledger
from chaos.actions import (
    AddToxic,
    ChangeSettings,
    ComposeDown,
    CpuGovernor,
    CpuQuota,
    SendSignal,
    StopProcesses,
)
from chaos.ledger.ledger import AppliedStep, Intent, Ledger, read_ledger
from chaos.process.identity import state
from chaos.target_resolver import Container
from chaos.toxic import Toxic
from chaos.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chaos.actions import BaseAction
    from chaos.target_resolver import Process
    from tests.chaos.conftest import Stub

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("another-boot")]
SLEEPS = "import signal; signal.pause()"
BOX = Container(service="box", id="ab" * 32)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Begun before the machine was started anew, by a process whose pid and start time mean nothing now."""
    monkeypatch.setattr(chaos.ledger.ledger, "boot_id", lambda: "another")
    (tmp_path / "journal.jsonl").write_text('{"type":"run.opened","seq":0,"t":7.5}\n')
    return Ledger.create(tmp_path / "ledger.jsonl", "r", int(time.monotonic()) - 1000, (1, 1))


def intend(ledger: Ledger, name: str, action: BaseAction, inverse: BaseAction) -> None:
    step = AppliedStep.model_validate({"action": action.model_dump(), "inverse": inverse.model_dump()})
    facts = {"kind": "fault", "fault": name, "target": "bridge", "params": {}, "by": "me"}
    ledger.intend(Intent(id=name, name=name, steps=(step,), **facts))
    ledger.settle(name, "applied")


async def test_nothing_is_done_to_processes_or_by_address(
    ledger: Ledger, tmp_path: Path, stub: Stub, token_file: Path, start_local: Callable[..., Process]
) -> None:
    """They live and are asked nothing, although pid, start time, mark and port all fit: it is settled as gone."""
    other = start_local(SLEEPS, run="r")
    slow = AddToxic(api=stub.address, proxy="bridge", toxic=Toxic(name="r.slow", type="latency"))
    stop = SendSignal(handle=other, signal="stop")
    settings = ChangeSettings(address=stub.address, token_file=token_file, values={"surge": 3.0})
    for name, action, inverse in [
        ("slow", slow, await slow.inverse()),
        ("stop", stop, SendSignal(handle=other, signal="kill")),
        ("surge", settings, settings),
    ]:
        intend(ledger, name, action, inverse)
    ledger.own(StopProcesses(run="r"))
    stub.asked.clear()
    watchdog = Watchdog(tmp_path)
    assert await watchdog.take_over("the machine was started anew") == []
    assert stub.asked == []
    assert state(other.pid) in {"S", "R", "D"}
    account = read_ledger(ledger.path)
    assert account.closed
    assert account.open() == []
    assert {(one.state, str(one.readback)) for one in watchdog.changes} == {
        ("reverted", "{'gone': 'the machine was started anew since'}")
    }
    end = json.loads((tmp_path / "journal.jsonl").read_text().splitlines()[-1])
    assert (end["type"], end["t"], end["clean"]) == ("run.closed", 7.5, True)


async def test_what_the_engine_keeps_is_still_taken_down(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried; where no engine answers it is left, and the ledger stays open for the next try."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    ledger.own(ComposeDown(project="lab-r", run="r"))
    (left,) = await Watchdog(tmp_path, engine_back_s=0.5).take_over("the machine was started anew")
    assert left.startswith("containers, networks and volumes of project lab-r: ")
    assert "can't be reached" in left
    account = read_ledger(ledger.path)
    assert not account.closed
    assert account.owned


def test_containers_outlive_a_boot_and_nothing_else_does(tmp_path: Path, token_file: Path) -> None:
    """A container id is never used again; pids and ports are."""
    assert SendSignal(handle=BOX, signal="cont").outlives_boot()
    assert CpuQuota.of_share(BOX, None).outlives_boot()
    assert not CpuGovernor(governor=tmp_path).outlives_boot()
    assert not ChangeSettings(
        address="127.0.0.1:1", token_file=token_file, values={"surge": 1.0}
    ).outlives_boot()
