"""SIGINT and SIGTERM at every stage: rolled back, taken down, exit code 130; a second Ctrl-C changes nothing."""

from __future__ import annotations

import asyncio
import json
import signal
from typing import TYPE_CHECKING

import pytest

from chaos.wait import wait_until
from tests.live.aftermath import assert_nothing_active

if TYPE_CHECKING:
    from tests.live.conftest import Command, Start

pytestmark = [pytest.mark.live, pytest.mark.long]
BOTH = (signal.SIGINT, signal.SIGTERM)
STAGES = {
    "bring-up": ("service.changed", {"state": "starting"}),
    "calibration": ("action.changed", {"state": "applied"}),
    "baseline": ("phase.entered", {"phase": "baseline"}),
    "trigger": ("action.changed", {"name": "crowd", "state": "applied"}),
    "aftermath": ("phase.entered", {"phase": "aftermath"}),
    "rolling back": ("phase.entered", {"phase": "done"}),
}
"""What the journal says when a stage has begun."""


async def come(lab: Command, stage: str) -> None:
    """Wait for a stage."""
    if stage in STAGES:
        event, fields = STAGES[stage]
        await lab.seen(event, **fields)
        return
    await lab.seen("action.changed", name="bridge-capacity", by="rollback", state="reverted")
    whole = len(lab.marked())
    await wait_until(
        lambda: not whole or len(lab.marked()) < whole or lab.process.poll() is not None,
        60,
        "its processes to end",
        every_s=0.005,
    )


async def interrupt(lab: Command, number: signal.Signals, stage: str, *, twice: bool = False) -> None:
    """Send the signal at that stage; all of it is rolled back, nothing is left, and the run says so."""
    try:
        await come(lab, stage)
        lab.process.send_signal(number)
        if twice:
            await lab.says("stopping; rolling back")
            lab.process.send_signal(number)
            await lab.says("still rolling back")
        assert await lab.ended() == 130
        verdict = json.loads((lab.folder / "verdict.json").read_text())
        assert (verdict["verdict"], verdict["outcome"]) == ("inconclusive", "interrupted")
        assert lab.events()[-1]["clean"] is True
        assert lab.left() == []
        assert_nothing_active(lab.folder)
    except BaseException as error:
        error.add_note(f"{number.name} at {stage}: {lab.output.read_text()[-2000:]}")
        raise


async def too_late(start: Start) -> None:
    """A Ctrl-C when all phases ran and the lab is taken down changes nothing: it is told so, and all is taken down.

    Where other work of the machine keeps us from sending it in that moment, the next lab has it.
    """
    for _ in range(4):
        lab = start.short()
        await come(lab, "taking down")
        lab.process.send_signal(signal.SIGINT)
        assert await lab.ended() in {0, 1, 2}, lab.output.read_text()
        assert lab.events()[-1]["outcome"] == "completed"
        assert lab.left() == []
        assert_nothing_active(lab.folder)
        if "still rolling back" in lab.output.read_text():
            return
    pytest.fail("of four labs that were taken down, none heard a Ctrl-C")


async def test_a_signal_at_the_stages_that_are_easily_forgotten(start: Start) -> None:
    """While the lab comes up, while it is calibrated, while it is taken down; and twice in the trigger."""
    async with asyncio.TaskGroup() as group:
        group.create_task(interrupt(start.short(), signal.SIGINT, "bring-up"))
        group.create_task(interrupt(start.short(), signal.SIGTERM, "calibration"))
        group.create_task(too_late(start))
        group.create_task(interrupt(start.short(), signal.SIGINT, "trigger", twice=True))


@pytest.mark.soak
@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("number", BOTH)
async def test_a_signal_at_every_stage(
    start: Start, number: signal.Signals, stage: str, *, twice: bool
) -> None:
    """Both signals, once and twice."""
    await interrupt(start.short(), number, stage, twice=twice)
