"""The calibration's bench on a living lab: canary runs the closed loop, the injector sets the cap."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from chaos.actions import cpu_cap
from chaos.injector import Injector
from chaos.process.files import read_json, write_json
from lab.calibrate import Reading, calibrate, given_up_rps
from lab.drillfile import Drill
from lab.journal.events import CalibrationMeasured
from lab.probes import Ticker
from lab.probes.control import ControlClient
from lab.runtime.base import Runtime
from lab.session.request import listen_queue
from lab.topology import Roles

LOOP_S = 60
"""A closed loop that no one ends (the lab was killed) ends by itself."""
DEADLINE_S = 5.0
CROWD = 0.8, 300
"""The crowd that gives up fills this part of the queue, and is so many connections at most: a second's work or two."""


class LivingBench:
    """What :func:`lab.calibrate.calibrate` asks for. One cap is active at a time; the last one stays."""

    def __init__(self, runtime: Runtime, control: ControlClient, injector: Injector, roles: Roles) -> None:
        self._runtime, self._control, self._injector = runtime, control, injector
        self._bridge, self._canary, self._behind = roles.device, roles.canary, roles.behind_device
        self._capped: str | None = None
        self._ticker = Ticker(time.monotonic)

    async def begin_loop(self, in_flight: int) -> None:
        """Canary keeps so many calls in flight."""
        await self._post(f"/closed-loop/begin?in_flight={in_flight}&most_s={LOOP_S}")

    async def end_loop(self) -> None:
        """It ends them."""
        await self._post("/closed-loop/end")

    async def crowd(self, connections: int) -> int:
        """It opens so many connections and gives them up."""
        return int((await self._post(f"/crowd?connections={connections}"))["given_up"])

    async def read(self) -> Reading:
        """Router's count, canary's and the device's CPU, one right after the other, so that they are of one moment."""
        behind = await self._counters(self._behind)
        loop = (await self._counters(self._canary)).get("closed_loop") or {}
        usage, at_s = await self._runtime.usage(self._bridge), time.monotonic()
        if usage.cpu_s_total is None:
            raise ValueError(f"calibration: this runtime does not report the CPU time of {self._bridge}")
        waiting = (await self._runtime.sockets(self._bridge)).accept_queue
        completed = int(loop.get("completed_total", 0))
        return Reading(at_s, completed, int(behind["connections_total"]), usage.cpu_s_total, waiting)

    async def wait(self, seconds: float) -> None:
        """Let it work."""
        await self._ticker.until(time.monotonic() + seconds)

    async def cap(self, cpu_share: float | None) -> None:
        """Lift the cap, then set the new one."""
        if self._capped is not None:
            await self._injector.undo(self._capped, by="calibration")
            self._capped = None
        if cpu_share is not None:
            action = cpu_cap(self._runtime.handle(self._bridge), cpu_share)
            self._capped = await self._injector.apply(
                name="bridge-capacity", kind="setting", fault="capacity", target=self._bridge,
                params={"cpu_share": cpu_share}, actions=(action,), by="calibration",
            )  # fmt: skip

    async def _post(self, path: str) -> dict[str, Any]:
        address = self._runtime.address(self._canary, "control")
        return dict(await self._control.post(address, path, deadline_s=DEADLINE_S))

    async def _counters(self, service: str) -> dict[str, Any]:
        return dict(await self._control.get(self._runtime.address(service, "control"), "/counters?after=inf"))


async def calibrate_bridge(
    bench: LivingBench, runtime: Runtime, bridge: str, asked: Drill, remembered: Path
) -> CalibrationMeasured:
    """Calibrate for what a drill asks and say what was found, with the queue as the kernel has it.

    ``remembered`` is a file with what the last calibration found: where this one begins to look.
    """
    begun = time.monotonic()
    asked_rps = asked.bridge.headroom * asked.load.requests_rps
    queue = (await runtime.sockets(bridge)).listen_queue
    found = await calibrate(bench, asked_rps, queue, recall(remembered, asked_rps))
    with suppress(OSError):  # it would only have saved the next run some seconds
        remembered.parent.mkdir(exist_ok=True)
        write_json(remembered, {"cost_ms": found.cost_ms})
    part, most = CROWD
    given_up = await given_up_rps(bench, min(most, int((queue or 0) * part)))
    capacity = found.found
    return CalibrationMeasured(
        target=bridge,
        windows_rps=capacity.windows_rps,
        capacity_rps=capacity.rps,
        capacity_low_rps=capacity.low_rps,
        capacity_high_rps=capacity.high_rps,
        given_up_rps=given_up,
        queue_empty_ratio=capacity.empty_ratio,
        delivered_ratio=capacity.delivered_ratio,
        in_flight=found.in_flight,
        headroom=asked.bridge.headroom,
        asked_rps=asked_rps,
        cpu_share=found.cpu_share,
        cost_ms=found.cost_ms,
        listen_queue=queue,
        listen_queue_asked=listen_queue(asked),
        took_ms=(time.monotonic() - begun) * 1000,
    )


def recall(path: Path, asked_rps: float) -> float | None:
    """The share that would do if a connection cost what it cost in the last calibration; None: nothing is known."""
    cost_ms = (read_json(path) or {}).get("cost_ms")
    return asked_rps * cost_ms / 1000 if isinstance(cost_ms, int | float) and cost_ms > 0 else None
