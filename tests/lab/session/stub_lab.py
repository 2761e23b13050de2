"""A lab of stubs: control ports that are real, and samples of a service that answers everything.

What is real: host, run, journal, ledger, lease, injector, runner, judge, socket. What is not: services, watchdog and
calibration. So a run takes as long as its phases.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiohttp import web

from chaos.actions import StopProcesses
from chaos.ledger.ledger import is_closed
from chaos.mark import run_mark
from chaos.target_resolver import Ability
from lab.drillfile import Drill, load_drill
from lab.journal.events import BridgeSample, CalibrationMeasured, CohortClosed, HostSample, LoadSample
from lab.probes.ticker import Tick
from lab.runtime.base import ServiceReport, Sockets
from lab.session import Host, Request, RunFolder, bring_up, create_run_folder, guard
from lab.session.request import Purpose
from services.kit import automation_port
from tests.checkout import HOME

if TYPE_CHECKING:
    from services.kit.automation import Automation

QUEUE = 50
"""Connections that the device's listener holds."""
DRILL = """\
version: 1
title: A second of refusals
load:   {{target: edge, rate: 50 /s, give-up: 1 s, slo: 1 s}}
bridge: {{headroom: 3}}
configuration:
  storefront: {{timeout: 0.5 s}}
phases: {{baseline: 2 s, trigger: 1 s}}
method:
  - {{name: refuse, during: trigger, fault: unavailable, target: storefront, share: 50 %}}
expect:
  - {{name: served, metric: goodput, during: baseline, is: ">= 90 % of offered"}}
{more}
"""


class Port:
    """A control port: settings that can be read and changed. ``hangs``: it takes a change and never answers.

    ``automations``: what can be begun there, as a role has it.
    """

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"fail_share": 0.0, "timeout_s": 1.0, "running": False, "surge": 1.0}
        self.hangs = False
        self.address = ""
        self.changed: list[dict[str, Any]] = []
        self.automations: dict[str, Automation] = {}

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """GET and PATCH /settings, GET and POST /automation."""
        if request.path == "/automation":
            if request.method == "GET":
                return web.json_response(automation_port.states(self.automations))
            answer, status = await automation_port.change(self.automations, cast("web.Request", request))
            return web.json_response(answer, status=status)
        if request.method == "PATCH":
            if self.hangs:
                await request.read()
                await asyncio.Event().wait()
            change = await request.json()
            self.changed.append(change)
            self.settings.update(change)
        return web.json_response(self.settings)


@dataclass
class StubRuntime:
    """Names and addresses of services that aren't there. ``refitted``: whose listener got its queue again."""

    run: str
    folder: Path
    ports: dict[str, Port]
    name: str = "embedded"
    isolation: str = "by configuration"
    abilities: frozenset[Ability] = frozenset(Ability)
    caps: dict[str, float] = field(default_factory=dict)
    refitted: list[str] = field(default_factory=list)
    queue: int = QUEUE
    collects: BaseException | None = None

    @property
    def mark(self) -> str:
        return run_mark(self.run, self.folder)

    @property
    def token_file(self) -> Path:
        return self.folder / "token"

    def variables(self) -> dict[str, str]:
        return {}

    def takedown(self) -> StopProcesses:
        return StopProcesses(run=self.mark)

    async def up(self, topology: object, report: Callable[[ServiceReport], None]) -> None:
        for service, port in self.ports.items():
            report(ServiceReport(service, "healthy", {"control": port.address}))

    async def restore_listen_queue(self, service: str) -> None:
        self.refitted.append(service)
        self.queue = QUEUE

    async def down(self) -> None:
        return

    async def sockets(self, service: str) -> Sockets:
        return Sockets(open_connections=0, accept_queue=0, listen_queue=self.queue, listen_overflows_total=0)

    async def overflows_total(self, service: str) -> int | None:
        return 0

    async def check_alive(self) -> list[ServiceReport]:
        return []

    def lost_governors(self) -> tuple[str, ...]:
        return ()

    async def guests(self) -> tuple[str, ...]:
        return ()

    async def collect_logs(self, folder: Path) -> None:
        if self.collects is not None:
            raise self.collects

    def address(self, service: str, port: str) -> str:
        return self.ports[service].address


class StubSampler:
    """Writes a second in which everything was answered.

    ``fails``: what the next sample raises; ``silent``: the load does not answer; ``loop_lag_ms``: how late the lab is.
    """

    def __init__(self, host: Host, loop_lag_ms: float = 1.0) -> None:
        self.loop_lag_ms = loop_lag_ms
        self.up = False
        self.fails: BaseException | None = None
        self.silent = False
        self.host = host
        self._total = 0

    async def sample(self, tick: Tick) -> None:
        if self.fails is not None:
            raise self.fails
        if not self.up:
            return
        write, second = self.host.write, tick.second
        self._total += 50
        counts: dict[str, Any] = {"requests": 50, "sent": 50, "attempts": 50, "good": 50, "failed": {}}
        if second > 0:
            for source in ("load", "storefront"):
                write(CohortClosed(source=source, second=second - 1, latency={"40": 50}, **counts))
        if not self.silent:
            write(
                LoadSample(
                    intended_total=self._total, sent_total=self._total, ok_total=self._total, failed_total={},
                    lag_p99_ms=1.0, in_flight=0, rate_rps=50,
                )
            )  # fmt: skip
        write(
            BridgeSample(
                device="bridge", accepted_total=self._total, open_connections=0, accept_queue=0,
                cpu_s_total=second * 0.1, throttled_s_total=0.0, cpu_share=0.2,
            )
        )  # fmt: skip
        write(
            HostSample(
                idle_s_total=second, steal_s_total=0, total_s_total=2 * second, memory_free_bytes=2**33,
                disk_free_bytes=2**33, lab_cpu_s_total=0.1 * second, loop_lag_ms=self.loop_lag_ms,
            )
        )  # fmt: skip


@dataclass
class StubLab:
    """Everything of which tests take hold; ``request`` and ``folder`` to open a host with.

    ``loop_lags_ms``: how late each lab that is brought up is, in their order; those after them are on time.
    """

    path: Path
    ports: dict[str, Port]
    samplers: list[StubSampler] = field(default_factory=list)
    runtimes: list[StubRuntime] = field(default_factory=list)
    collects: BaseException | None = None
    loop_lags_ms: list[float] = field(default_factory=list)

    @property
    def runtime(self) -> StubRuntime:
        """Of the lab that was opened last."""
        return self.runtimes[-1]

    def drill(self, name: str, more: str = "", text: str = DRILL) -> Drill:
        """The drill above, with more lines."""
        file = self.path / f"{name}.yaml"
        file.write_text(text.format(more=more))
        return load_drill(file)

    def request(self, drill: Drill, purpose: Purpose = "drill", also: tuple[Drill, ...] = ()) -> Request:
        """For a lab that takes no turn at the machine."""
        return Request(HOME, drill, "embedded", takes_turns=False, purpose=purpose, also=also)

    def folder(self, name: str) -> RunFolder:
        """A new run folder."""
        return create_run_folder(self.path, name, self.path / "runs" / name)


@asynccontextmanager
async def stub_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> AsyncIterator[StubLab]:
    """The lab, with ports that listen, of ``more`` services, too; hosts that are opened meanwhile are made of it."""
    ports = {name: Port() for name in ("load", "storefront", "bridge", *more)}
    runners = []
    for port in ports.values():
        runner = web.ServerRunner(web.Server(port.answer, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port.address = "{}:{}".format(*runner.addresses[0][:2])
        runners.append(runner)
    lab = StubLab(tmp_path, ports)
    _install(lab, monkeypatch)
    yield lab
    for runner in runners:
        await runner.cleanup()


def _install(lab: StubLab, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def runtime(_name: str, run: str, folder: Path) -> Iterator[StubRuntime]:
        lab.runtimes.append(StubRuntime(run, folder, lab.ports, collects=lab.collects))
        yield lab.runtimes[-1]

    def sampler(host: Host, _topology: object) -> StubSampler:
        lag_ms = lab.loop_lags_ms.pop(0) if lab.loop_lags_ms else 1.0
        lab.samplers.append(StubSampler(host, lag_ms))
        return lab.samplers[-1]

    async def calibrated(*_: object) -> CalibrationMeasured:
        return CalibrationMeasured(
            target="bridge", windows_rps=(150.0, 150.0), capacity_rps=150.0, capacity_low_rps=145.0,
            capacity_high_rps=155.0, in_flight=64, headroom=3.0, asked_rps=150.0, cpu_share=None, cost_ms=1.0,
            listen_queue=QUEUE, listen_queue_asked=QUEUE, took_ms=1.0,
        )  # fmt: skip

    async def watches(_folder: Path) -> None:
        return

    monkeypatch.setattr(bring_up, "make_runtime", runtime)
    monkeypatch.setattr(bring_up, "make_sampler", sampler)
    monkeypatch.setattr(bring_up, "calibrate_bridge", calibrated)
    monkeypatch.setattr(bring_up, "require_services", lambda *_: None)
    monkeypatch.setattr(guard, "start_watchdog", watches)
    monkeypatch.setattr(guard, "watchdog_alive", lambda folder: not is_closed(folder / "ledger.jsonl"))
