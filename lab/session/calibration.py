"""The calibration's bench on a living lab: canary runs the closed loop, the injector sets the cap."""

import time
from contextlib import suppress
from pathlib import Path

from chaos.actions import cpu_cap
from chaos.injector import Injector
from chaos.process.files import read_json, write_json
from lab.calibrate import Calibration, calibrate_steadily
from lab.drillfile import Drill
from lab.journal.events import CalibrationMeasured
from lab.probes.control import ControlClient
from lab.runtime.base import Runtime
from lab.session.request import listen_queue
from lab.topology import Roles


class LivingBench:
    """What :func:`lab.calibrate.calibrate` asks for. One cap is active at a time; the last one stays."""

    def __init__(self, runtime: Runtime, control: ControlClient, injector: Injector, roles: Roles) -> None:
        self._runtime, self._control, self._injector = runtime, control, injector
        self._bridge, self._canary = roles.device, roles.canary
        self._capped: str | None = None

    async def closed_loop(self, in_flight: int, windows: int, warm_up_s: float) -> tuple[float, ...]:
        """Completions/s in each window of 1 s."""
        path = f"/closed-loop?in_flight={in_flight}&windows={windows}&window_s=1&warm_up_s={warm_up_s}"
        answer = await self._control.post(
            self._runtime.address(self._canary, "control"), path, deadline_s=windows + 10
        )
        return tuple(answer["windows_rps"])

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

    async def cpu_s(self) -> float:
        """CPU seconds that the bridge used so far."""
        used = (await self._runtime.usage(self._bridge)).cpu_s_total
        if used is None:
            raise ValueError(f"calibration: this runtime does not report the CPU time of {self._bridge}")
        return used


async def calibrate_bridge(
    bench: LivingBench, runtime: Runtime, bridge: str, asked: Drill, remembered: Path
) -> CalibrationMeasured:
    """Calibrate for what a drill asks and say what was found, with the queue as the kernel has it.

    ``remembered`` is a file with what the last calibration found: where this one begins to look.
    """
    begun = time.monotonic()
    asked_rps = asked.bridge.headroom * asked.load.requests_rps
    found: Calibration = await calibrate_steadily(bench, asked_rps, recall(remembered, asked_rps))
    if found.steady:
        with suppress(OSError):  # it would only have saved the next run some seconds
            remembered.parent.mkdir(exist_ok=True)
            write_json(remembered, {"cost_ms": found.cost_ms})
    queue = (await runtime.sockets(bridge)).listen_queue
    return CalibrationMeasured(
        target=bridge,
        windows_rps=found.windows_rps,
        capacity_rps=found.capacity_rps,
        spread_ratio=found.spread_ratio,
        steady=found.steady,
        in_flight=16,
        headroom=asked.bridge.headroom,
        asked_rps=found.asked_rps,
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
