"""A governor from outside: its folder holds what is asked (``share``) and what it says (``status.json``)."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from chaos.process.files import read_json
from chaos.process.identity import is_alive, is_running, send, state

UNLIMITED = "none"

GovernorState = Literal["running", "stopped", "gone"]
"""``stopped``: by SIGSTOP, so that it holds no one back, or no one up."""


class Status(BaseModel):
    """What a governor says twice a second, and at once after a change of its share.

    Attributes:
        pid, started_ticks: the governor itself.
        target_pid, target_started_ticks: the process that it governs.
        cpu_share: active, 1.0 = one core, 0 = stopped; null: unlimited.
        cpu_s_total, throttled_s_total: CPU that the process used; time for which it was held back.
        governor_cpu_s_total: what the governor itself cost.
        wakeups_total, stops_total: how often it looked, and how often it stopped the process.
        stamp_s: CLOCK_MONOTONIC when this was written.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    pid: int
    started_ticks: int
    target_pid: int
    target_started_ticks: int
    cpu_share: float | None
    cpu_s_total: float
    throttled_s_total: float
    governor_cpu_s_total: float
    wakeups_total: int
    stops_total: int
    stamp_s: float

    @property
    def state(self) -> GovernorState:
        """What became of the process that said this."""
        if not is_alive(self.pid, self.started_ticks):
            return "gone"
        return "stopped" if state(self.pid) in {"T", "t"} else "running"

    @property
    def age_s(self) -> float:
        """How long ago it said this."""
        return max(0.0, time.monotonic() - self.stamp_s)


@dataclass(frozen=True, slots=True)
class Governed:
    """The folder of one governor."""

    folder: Path

    def ask(self, share: float | None) -> None:
        """Ask for a share of one core; None: unlimited."""
        fresh = self.folder / f".share.{os.getpid()}"
        fresh.write_text(UNLIMITED if share is None else repr(share))
        fresh.replace(self.folder / "share")

    def status(self) -> Status | None:
        """What it said last."""
        content = read_json(self.folder / "status.json")
        return None if content is None else Status.model_validate(content)

    def governor_gone(self) -> bool:
        """It said something once, and is no more."""
        status = self.status()
        return status is not None and not is_alive(status.pid, status.started_ticks)

    def release(self) -> bool:
        """Continue the process of a dead governor; False when the process is gone as well."""
        status = self.status()
        return status is not None and send(status.target_pid, status.target_started_ticks, signal.SIGCONT)

    def reading(self) -> dict[str, Any]:
        """The active share, and whether anyone enforces it."""
        status = self.status()
        if status is None:
            return {"active": False, "cpu_share": None, "governor": "never said anything"}
        told = status.model_dump(include={"cpu_share", "cpu_s_total", "throttled_s_total"})
        if is_running(status.pid, status.started_ticks):
            return {"active": True, **told, "governor": "alive"}
        free = state(status.target_pid) not in {"T", "t"}
        return {"active": free, **told, "cpu_share": None, "governor": "dead"}
