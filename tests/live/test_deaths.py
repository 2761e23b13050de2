"""A part of the lab dies in the middle of a drill: the verdict names it and is no pass; everything is undone."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from chaos.wait import wait_until
from chaos.watchdog import watchdog_alive
from tests.live.aftermath import Killed, assert_nothing_active

if TYPE_CHECKING:
    from tests.live.conftest import Command, Start

pytestmark = [pytest.mark.live, pytest.mark.long]
PARTS = ("bridge", "load", "storefront", "auth")


async def is_active(lab: Command) -> None:
    """Wait until the last fault of the trigger is."""
    await lab.seen("action.changed", name="crowd", state="applied")


async def test_a_part_that_dies_is_named_and_nothing_is_left(start: Start) -> None:
    """Toxiproxy, the load, a client and a service, each in a lab of its own: inconclusive, 2 or 5."""

    async def check(part: str) -> None:
        lab = start.short()
        await is_active(lab)
        os.kill(lab.pid_of(part), signal.SIGKILL)
        code = await lab.ended()
        verdict = json.loads((lab.folder / "verdict.json").read_text())
        said = f"{part}: {code}, {verdict['reasons']}"
        assert (verdict["verdict"], code in {2, 5}) == ("inconclusive", True), said
        assert any(part in reason for reason in verdict["reasons"]), said
        assert "Traceback" not in lab.output.read_text()
        assert lab.left() == []
        assert_nothing_active(lab.folder)

    async with asyncio.TaskGroup() as group:
        for part in PARTS:
            group.create_task(check(part))


async def test_a_watchdog_that_dies_is_replaced_and_the_new_one_does_its_work(start: Start) -> None:
    """Noticed and said within seconds; then the runner is killed, too, and the second watchdog cleans up."""
    lab = start.short()
    await lab.seen("service.changed", service="edge", state="healthy")
    first = lab.pid_of("watchdog")
    os.kill(first, signal.SIGKILL)
    await wait_until(
        lambda: watchdog_alive(lab.folder) and lab.pid_of("watchdog") != first, 30, "a second watchdog"
    )
    await lab.seen("note.written", kind="watchdog")
    await is_active(lab)
    lab.process.kill()
    lab.process.wait(10)
    await Killed.now(lab).check()
