"""An automation: work that a role begins on request, goes on by itself in steps, and reports what it does.

POST /automation {"do": "start", "automation": "grow", "name": "scale-up", "deadline_s": 30, "values": {...}}
POST /automation {"do": "stop",  "automation": "grow"}        what it did is taken back
GET  /automation {"grow": {"state": "running", "name": "scale-up", "step": 3, "steps": 10}}

idle ──start──▶ running ──▶ ended          reported: started, step, ..., ended
└──────▶ failed         its deadline passed, or it raised
any  ──stop───▶ idle
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Literal

AutomationState = Literal["idle", "running", "ended", "failed"]
AutomationValues = Mapping[str, float]
Begin = Callable[[AutomationValues, Callable[[int, int], None]], Awaitable[None]]
"""The work: its values, and a function to report a step with (how many are done, of how many)."""

KEPT = 500
"""Reports that are kept for whoever reads them."""


class AutomationError(ValueError):
    """It can't be begun like this; says why, and what is valid."""


class Automation:
    """One automation of a role; at most one run of it at a time.

    Args:
        begin: The work. Cancelled when it is stopped or its deadline has passed.
        take_back: Undoes what it did.
        values: The values that it needs, each with its least and most.
    """

    def __init__(
        self, begin: Begin, take_back: Callable[[], None], values: Mapping[str, tuple[float, float]]
    ) -> None:
        self._begin = begin
        self._take_back = take_back
        self._values = values
        self._task: asyncio.Task[None] | None = None
        self._reports: list[dict[str, Any]] = []
        self._state: AutomationState = "idle"
        self._name = ""
        self._done = (0, 0)

    @property
    def state(self) -> dict[str, Any]:
        """What it is at, for the control port."""
        return {"state": self._state, "name": self._name, "step": self._done[0], "steps": self._done[1]}

    def start(self, name: str, values: AutomationValues, deadline_s: float) -> None:
        """Begin; asked again for the same name, change nothing.

        Raises:
            AutomationError: a value is missing, unknown or out of range, or another run is not stopped yet.
        """
        if self._state != "idle" and self._name == name:
            return
        if self._state != "idle":
            raise AutomationError(f"{self._name!r} is {self._state}; stop it first")
        self._check(values)
        self._name, self._state, self._done = name, "running", (0, 0)
        self._report("started")
        self._task = asyncio.create_task(self._run(values, deadline_s))

    async def stop(self) -> None:
        """End it, wherever it is, and take back what it did."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._state == "running":
            self._report("ended", "stopped")
        if self._state != "idle":
            self._take_back()
        self._task, self._state = None, "idle"

    def since(self, after: float) -> list[dict[str, Any]]:
        """What was reported later than a moment (CLOCK_MONOTONIC)."""
        return [report for report in self._reports if report["at_s"] > after]

    async def _run(self, values: AutomationValues, deadline_s: float) -> None:
        try:
            async with asyncio.timeout(deadline_s):
                await self._begin(values, self._step)
        except TimeoutError:
            why = f"its deadline of {deadline_s:g} s passed at step {self._done[0]} of {self._done[1]}"
            self._settle("failed", why)
        except Exception as error:  # noqa: BLE001  whatever it is: the automation has failed, the role goes on
            self._settle("failed", f"{type(error).__name__}: {error}")
        else:
            self._settle("ended")

    def _settle(self, state: Literal["ended", "failed"], detail: str = "") -> None:
        self._state = state
        self._report(state, detail)

    def _step(self, done: int, steps: int) -> None:
        self._done = (done, steps)
        self._report("step")

    def _report(self, state: str, detail: str = "") -> None:
        done, steps = self._done
        self._reports.append(
            {"name": self._name, "state": state, "at_s": time.monotonic(), "step": done, "steps": steps,
             "detail": detail}
        )  # fmt: skip
        del self._reports[:-KEPT]

    def _check(self, values: AutomationValues) -> None:
        if values.keys() != self._values.keys():
            raise AutomationError(f"values are {', '.join(sorted(values))}; valid: {', '.join(self._values)}")
        for key, (least, most) in self._values.items():
            given = values[key]
            if isinstance(given, bool) or not isinstance(given, int | float) or not least <= given <= most:
                raise AutomationError(f"{key}={given!r}: valid is a number from {least:g} to {most:g}")
