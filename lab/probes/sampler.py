"""Truth, once a second: counters of every service, the bridge from outside, the host, as journal events."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from lab.cgroups import Limits, find_limits
from lab.journal.events import (
    BridgeSample,
    CanarySample,
    Event,
    LoadSample,
    SampleMissed,
    ServiceSample,
)
from lab.journal.passed_on import PassedOn
from lab.probes.cohorts import PATIENCE_S, CohortTracker
from lab.probes.control import ControlClient, ControlError
from lab.probes.device_api import DeviceApi
from lab.probes.host_probe import read_host
from lab.probes.observed import Observed, Sockets, Usage
from lab.probes.pages import PageTracker
from lab.probes.report_tracker import ReportTracker
from lab.probes.run_clock import RunClock
from lab.probes.settings_tracker import SettingsTracker
from lab.probes.ticker import Tick
from lab.topology.roles import Roles

MEMORY_EVERY_S = 5
CANARY_KEPT_S = 60
"""So long a call of the canary's is remembered as seen; it answers those of its last 30 s."""
BEHIND_S = 0.1
"""So long a device's sample waits for what is behind it; then it is without."""
T = TypeVar("T", int, float)


@dataclass(slots=True)
class Sampler:
    """Reads everything that counts. ``write`` journals an event (provisional ones it only streams).

    ``services`` are the roles with a control port; ``roles`` say who is what among them: the device is not, nor are
    ``reserves``, those beside it. ``toxics`` gives the names that the injector has active on a device; what the device
    itself says it is asked (``lab.probes.device_api``), and ``ours`` says which toxics are this run's, by their names.
    ``patience_s`` is how long a session of the load may take.
    ``up``: the services are there; before, only the machine is read. ``limits`` are those of the lab's control groups.
    """

    runtime: Observed
    control: ControlClient
    services: tuple[str, ...]
    roles: Roles
    folder: Path
    epoch_s: int
    write: Callable[[Event], None]
    toxics: Callable[[str], tuple[str, ...]]
    ours: Callable[[str], bool]
    reserves: tuple[str, ...] = ()
    patience_s: float = PATIENCE_S
    up: bool = False
    limits: Limits = field(default_factory=find_limits)
    latest: dict[str, dict[str, Any]] = field(default_factory=dict)
    _reports: ReportTracker = field(init=False)
    _settings: SettingsTracker = field(default_factory=SettingsTracker)
    _second: int = 0
    _behind_read: asyncio.Event = field(default_factory=asyncio.Event)
    _trackers: dict[str, CohortTracker] = field(default_factory=dict)
    _canary_seen: set[float] = field(default_factory=set)
    _pages: PageTracker = field(init=False)
    _memory: dict[str, int] = field(default_factory=dict)
    _overflows: dict[str, int] = field(default_factory=dict)
    _devices: dict[str, tuple[Usage, Sockets]] = field(default_factory=dict)
    _apis: dict[str, DeviceApi] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reports = ReportTracker(self.epoch_s)
        self._pages = PageTracker(RunClock(self.epoch_s))

    async def sample(self, tick: Tick) -> None:
        """Read and record one second. A source that doesn't answer becomes a ``sample.missed``."""
        self._second = tick.second
        self._behind_read.clear()
        if not self.up:
            await self._guard("host", self._read_host(tick))
            return
        if tick.second % MEMORY_EVERY_S == 0:
            await self._guard("memory", self._read_memory())
        await asyncio.gather(
            *(self._guard(name, self._read_service(name)) for name in self.services),
            self._read_outside(tick),
        )

    async def _read_outside(self, tick: Tick) -> None:
        """The devices, then the machine, whether or not they could be read."""
        self._devices.clear()
        devices = (self.roles.device, *self.reserves)
        await asyncio.gather(*(self._guard(device, self._read_device(device)) for device in devices))
        await self._guard("host", self._read_host(tick))

    async def _guard(self, source: str, reading: Awaitable[None]) -> None:
        begun = time.monotonic()
        try:
            await reading
        except (ControlError, OSError, KeyError, ValueError, TimeoutError) as error:
            waited_ms = (time.monotonic() - begun) * 1000
            self.write(
                SampleMissed(
                    source=source, error=f"{type(error).__name__}: {error}"[:300], waited_ms=waited_ms
                )
            )

    async def _read_service(self, name: str) -> None:
        tracker = self._trackers.setdefault(name, CohortTracker(name, self.epoch_s, self.patience_s))
        address = self.runtime.address(name, "control")
        counters = await self.control.get(address, f"/counters?after={tracker.after}")
        self.latest[name] = counters
        if name == self.roles.behind_device:
            self._behind_read.set()
        self.write(load_sample(counters) if "load" in counters else service_sample(counters))
        self._record_settings(name, counters.get("settings", {}))
        for report in self._reports.events(name, counters.get("automation", [])):
            self.write(report)
        for cohort in tracker.events(counters.get("cohorts", [])):
            self.write(cohort)
        for call in counters.get("pulse", []):
            self._record_canary(call)
        for page in self._pages.events(counters.get("pages", [])):
            self.write(page)

    def _record_settings(self, service: str, values: dict[str, Any]) -> None:
        event = self._settings.event(service, values, self._second)
        if event is not None:
            self.write(event)

    def _record_canary(self, call: dict[str, Any]) -> None:
        if call["started_s"] not in self._canary_seen and call["started_s"] >= self.epoch_s:
            self._canary_seen.add(call["started_s"])
            self._canary_seen = {at for at in self._canary_seen if at > call["started_s"] - CANARY_KEPT_S}
            self.write(
                CanarySample(
                    started_s=call["started_s"] - self.epoch_s,
                    outcome=call["outcome"],
                    latency_ms=call["latency_ms"],
                )
            )

    async def _read_device(self, device: str) -> None:
        """A device from outside. What router accepted is of all devices together, and stands in the bridge's sample."""
        if device not in self._apis:
            self._apis[device] = DeviceApi(self.runtime, self.control, device, self.ours)
        usage, sockets, said, behind = await asyncio.gather(
            self.runtime.usage(device), self.runtime.sockets(device), self._apis[device].read(),
            self._read_behind(device),
        )  # fmt: skip
        self._devices[device] = usage, sockets
        if sockets.listen_queue is not None:
            self._record_settings(device, {"listen_queue": sockets.listen_queue})
        self.write(
            BridgeSample(
                device=device,
                accepted_total=behind.get("connections_total"),
                requests_total=behind.get("requests_total"),
                open_connections=sockets.open_connections,
                accept_queue=sockets.accept_queue,
                cpu_s_total=usage.cpu_s_total,
                throttled_s_total=usage.throttled_s_total,
                cpu_share=usage.cpu_share,
                toxics=self.toxics(device),
                listen_queue=sockets.listen_queue,
                governor=usage.governor,
                governor_age_s=usage.governor_age_s,
                cpu=usage.cpu,
                listening=said.listening,
                toxics_seen=said.toxics,
            )
        )

    async def _read_behind(self, device: str) -> dict[str, Any]:
        """What router said in this second: an older word would count two seconds as one, and the one before as none."""
        if device != self.roles.device:
            return {}
        with suppress(TimeoutError):
            async with asyncio.timeout(BEHIND_S):
                await self._behind_read.wait()
        return self.latest[self.roles.behind_device] if self._behind_read.is_set() else {}

    async def _read_host(self, tick: Tick) -> None:
        """The machine; with what the kernel says of the devices, where the bridge was read."""
        governors = [usage.governor_cpu_s_total for usage, _ in self._devices.values()]
        found = [sockets.listen_overflows_total for _, sockets in self._devices.values()]
        read = self.roles.device in self._devices
        devices = _sum(found) if read else None
        self.write(
            read_host(
                self.folder,
                self.limits,
                loop_lag_ms=tick.lag_ms,
                governor_cpu_s=_sum(governors) if read else None,
                overflows=(sum(self._overflows.values()) + (devices or 0) if read else None, devices),
                memory=self._memory,
            )
        )

    async def _read_memory(self) -> None:
        """Memory and full queues of every service, all of them at once: twenty one after the other take too long."""
        self._memory, found = await asyncio.gather(
            self.runtime.memory_bytes(), asyncio.gather(*map(self._overflows_of, self.services))
        )
        self._overflows |= {name: total for name, total in found if total is not None}

    async def _overflows_of(self, name: str) -> tuple[str, int | None]:
        return name, await self.runtime.overflows_total(name)


def _sum(values: list[T | None]) -> T | None:
    """Of those that are known; None where none is."""
    known = [value for value in values if value is not None]
    return sum(known[1:], known[0]) if known else None


def load_sample(counters: dict[str, Any]) -> LoadSample:
    """What the load's ``/counters`` say."""
    return LoadSample(**counters["load"], cpu_s_total=counters.get("cpu_s_total"))


def service_sample(counters: dict[str, Any]) -> ServiceSample:
    """What a service's ``/counters`` say."""
    own = ("service", "boot", "requests_total", "served_total", "abandoned_total", "failed_total", "connections_total",
           "queue_depth", "in_flight", "loop_lag_p99_ms", "cpu_s_total", "errors_total")  # fmt: skip
    remedies = ("abandoned_work_total", "shed_total")
    client = counters.get("client") or {}
    calls = ("source", "calls_total", "attempts_total", "first_attempts_total", "outcomes_total", "attempts_in_flight",
             "connects_total", "calls_in_flight", "calls_queued", "policy", "breaker")  # fmt: skip
    return ServiceSample(
        **{k: counters[k] for k in own},
        **{k: counters[k] for k in remedies if k in counters},
        **{k: client[k] for k in calls if k in client},
        upstream={name: _passed_on(told) for name, told in counters.get("upstream", {}).items()},
    )


def _passed_on(client: dict[str, Any]) -> PassedOn:
    outcomes = {kind: count for kind, count in client["outcomes_total"].items() if count}
    counted = ("calls_total", "attempts_total", "first_attempts_total")
    return PassedOn(**{key: client[key] for key in counted}, outcomes_total=outcomes)
