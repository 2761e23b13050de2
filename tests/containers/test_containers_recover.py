"""``lab recover`` on containers: they outlive a boot of the machine, and all that is active in them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

import chaos.ledger.ledger
from chaos.actions import SendSignal, StopProcesses, cpu_cap
from chaos.ledger.ledger import AppliedStep, Intent, Ledger, is_closed
from chaos.mark import LABEL
from chaos.undo.execute import apply_and_verify
from lab.runs import registry
from lab.runs.folder import RunFolder
from lab.runs.recover import recover
from tests.contract.world import living, new_runtime

if TYPE_CHECKING:
    from pathlib import Path

    import docker

    from chaos.actions import BaseAction

pytestmark = pytest.mark.containers


async def test_containers_of_another_boot_are_taken_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: docker.DockerClient
) -> None:
    """Their caps and pauses are undone by container id, then they go with their networks; the ledger closes."""
    monkeypatch.setattr(chaos.ledger.ledger, "boot_id", lambda: "another")
    with new_runtime("compose", tmp_path) as runtime:
        async with living(runtime):
            monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # not before: slots are the whole machine's
            run = RunFolder(runtime.token_file.parent)
            registry.enter(run)
            ledger = Ledger.create(run.ledger, run.name, 0, (1, 1))
            ledger.own(StopProcesses(run=runtime.mark))
            ledger.own(runtime.takedown())
            bridge = runtime.handle("bridge")
            await _apply(ledger, "cap", cpu_cap(bridge, 0.05))
            await _apply(ledger, "pause", SendSignal(handle=bridge, signal="stop"))
            (done,) = [one async for one in recover(tmp_path)]
            assert done.left == ()
            assert done.undone[:2] == ("cap (f on bridge)", "pause (f on bridge)")
            assert is_closed(run.ledger)
            mine = {"label": f"{LABEL}={runtime.mark}"}
            assert await asyncio.to_thread(engine.api.containers, all=True, filters=mine) == []
            assert await asyncio.to_thread(engine.api.networks, filters=mine) == []


async def _apply(ledger: Ledger, name: str, action: BaseAction) -> None:
    """As the injector does."""
    step = AppliedStep.model_validate(
        {"action": action.model_dump(), "inverse": (await action.inverse()).model_dump()}
    )
    ledger.intend(
        Intent(id=name, name=name, kind="fault", fault="f", target="bridge", params={}, by="t", steps=(step,))
    )
    await apply_and_verify(action)
    ledger.settle(name, "applied")
