"""Moments of a short drill at which to kill it: each stage of its life in turn, and within it by chance."""

import os
import random
import time
from dataclasses import dataclass

from chaos.wait import wait_until
from tests.live.conftest import Command

STAGES: tuple[tuple[str, dict[str, str], float], ...] = (
    ("", {}, 2.5),
    ("run.opened", {}, 0.5),
    ("service.changed", {"state": "starting"}, 2.0),
    ("action.changed", {"state": "intended"}, 4.0),
    ("phase.entered", {"phase": "baseline"}, 1.2),
    ("phase.entered", {"phase": "trigger"}, 2.2),
    ("phase.entered", {"phase": "aftermath"}, 1.2),
    ("phase.entered", {"phase": "done"}, 4.0),
)
"""An event of the journal (none: the start of the process), and how long a stage lasts from there (s)."""

SEED = int(os.environ.get("LAB_SEED", "7"))


@dataclass(frozen=True)
class Moment:
    """``after_s`` seconds after the stage's event."""

    number: int
    event: str
    fields: dict[str, str]
    after_s: float

    async def come(self, lab: Command) -> None:
        """Wait for it, or for the end of a lab that was quicker."""
        if self.event:
            await wait_until(lambda: self._begun(lab), 120, f"{self}", every_s=0.01)
        due_s = time.monotonic() + self.after_s
        await wait_until(lambda: time.monotonic() >= due_s, self.after_s + 10, f"{self}", every_s=0.002)

    def _begun(self, lab: Command) -> bool:
        wanted = {"type": self.event, **self.fields}
        return (
            any(wanted.items() <= event.items() for event in lab.events()) or lab.process.poll() is not None
        )

    def __str__(self) -> str:
        where = f"{self.event} {self.fields}" if self.event else "the start"
        return f"moment {self.number} of LAB_SEED={SEED}: {self.after_s:.3f} s after {where}"


def moments(count: int) -> list[Moment]:
    """So many moments, the same ones for the same LAB_SEED."""
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    stages = [STAGES[number % len(STAGES)] for number in range(count)]
    return [
        Moment(n, event, fields, chance.uniform(0, most)) for n, (event, fields, most) in enumerate(stages)
    ]
