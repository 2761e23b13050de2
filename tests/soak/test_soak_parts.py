"""Each part of the measurement killed, stopped for 3 s or changed by others, in each phase: no wrong verdict."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.live.conftest import start
from tests.live.wounds import WOUNDS, Wound

if TYPE_CHECKING:
    from tests.live.conftest import Start

__all__ = ["start"]
pytestmark = [pytest.mark.live, pytest.mark.soak]
PHASES = ("baseline", "trigger", "aftermath")


@pytest.mark.parametrize("wound", WOUNDS.values(), ids=WOUNDS)
async def test_a_wounded_part_is_named_and_decides_no_verdict(start: Start, wound: Wound) -> None:
    """Three labs at once, one for each phase."""
    async with asyncio.TaskGroup() as group:
        for phase in PHASES:
            group.create_task(wound.inflict(start, phase))
