"""Something is done to a part of the measurement behind the lab's back: the verdict is no other one, and names it.

Four of them; all parts, in each phase: tests/soak/test_soak_parts.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.live.wounds import WOUNDS

if TYPE_CHECKING:
    from tests.live.conftest import Start

pytestmark = [pytest.mark.live, pytest.mark.long]
SAMPLE = (
    ("governor killed", "aftermath"),
    ("bridge: a foreign toxic", "aftermath"),
    ("bridge: another queue", "trigger"),
    ("router stopped", "aftermath"),
)


@pytest.mark.parametrize(("wound", "phase"), SAMPLE)
async def test_what_is_done_to_a_part_is_named_and_decides_no_verdict(
    start: Start, wound: str, phase: str
) -> None:
    """A governor that died, a foreign toxic, another queue, a router that stood still for 3 s."""
    await WOUNDS[wound].inflict(start, phase)
