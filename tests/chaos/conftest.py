"""Real things to hurt: a Toxiproxy, a service's control port, local processes; all on loopback, all ours."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from chaos.change import Change
from chaos.injector import Injector
from chaos.lease import Lease
from chaos.ledger.ledger import Ledger
from chaos.process.identity import started_ticks
from chaos.process.spawn import ProcessRecord, ProcessSpec, spawn_from
from chaos.target_resolver import Ability, Container, Process
from chaos.toxiproxy import Toxiproxy
from chaos.wait import wait_until
from lab.runtime.binaries import find_toxiproxy

PATIENCE_S = 30.0
"""What takes a moment takes longer beside other work; that it never comes is found all the same."""
RUN = f"test-run-{os.getpid()}"
"""Several test runs at once must not end each other's processes."""
TOKEN = "a-token"  # noqa: S105 - of a stub


@dataclass
class Stub:
    """A service's control port, and a Toxiproxy that can be told to hang: what it was asked, in order."""

    address: str = ""
    settings: dict[str, Any] = field(
        default_factory=lambda: {"policy": "none", "fail_share": 0.0, "surge": 1.0}
    )
    toxics: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    hangs: set[str] = field(default_factory=set)
    answers: dict[str, web.Response] = field(default_factory=dict)
    starved: Callable[[], bool] = lambda: True

    async def handle(self, request: web.Request) -> web.Response:
        """Everything; ``hangs`` and ``answers`` go by "METHOD path" or by method."""
        self.asked.append(f"{request.method} {request.path}")
        for key in (self.asked[-1], request.method):
            if key in self.hangs and self.starved():
                await asyncio.Event().wait()
            if key in self.answers:
                return web.Response(status=self.answers[key].status, text=self.answers[key].text)
        body = await request.json() if request.can_read_body else {}
        if request.path == "/settings":
            return self._settings(request, body)
        return self._toxics(request, body)

    def _settings(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if request.method == "PATCH":
            if request.headers.get("X-Lab-Token") != TOKEN:
                return web.Response(status=403, text="needs the run's token")
            if unknown := body.keys() - self.settings.keys():
                return web.Response(status=400, text=f"no setting {unknown}")
            self.settings.update(body)
        return web.json_response(self.settings)

    def _toxics(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        name = request.path.rpartition("/")[2]
        match request.method:
            case "POST" if name == "toxics":
                self.toxics[body["name"]] = body
            case "POST":
                self.toxics[name].update(body)
            case "DELETE":
                self.toxics.pop(name, None)
        return web.json_response(list(self.toxics.values()))


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    stub = Stub()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stub.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    stub.address = f"{host}:{port}"
    yield stub
    await runner.cleanup()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(TOKEN)
    return path


@pytest.fixture(scope="session")
def toxiproxy_binary() -> Path:
    return find_toxiproxy()


@dataclass
class LiveToxiproxy:
    """A real Toxiproxy; its listener ``bridge`` leads to an upstream that answers each line with ``ok``."""

    process: asyncio.subprocess.Process
    api: str
    host: str
    port: int = 3128


@pytest.fixture
async def live_toxiproxy(toxiproxy_binary: Path) -> AsyncIterator[LiveToxiproxy]:
    pid = os.getpid()
    host = f"127.{200 + pid % 50}.{pid // 50 % 250}.1"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.readline()
            writer.write(b"ok\n")
            await writer.drain()
        writer.close()

    upstream = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    port = upstream.sockets[0].getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        toxiproxy_binary, "-host", host, "-port", "8474", env={"LOG_LEVEL": "fatal", "GOMAXPROCS": "1"}
    )
    live = LiveToxiproxy(process, f"{host}:8474", host)

    async def answers() -> bool:
        return not await Toxiproxy(live.api).proxies()

    try:
        await wait_until(answers, PATIENCE_S, "Toxiproxy to answer")
        await Toxiproxy(live.api).create("bridge", f"{host}:{live.port}", f"127.0.0.1:{port}")
        yield live
    finally:
        process.kill()
        await process.wait()
        upstream.close()


@pytest.fixture
def start_local(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Start Python code as a process of run ``run``, as the embedded runtime does."""
    records: list[Path] = []

    def start(code: str, *, run: str = RUN, service: str = "victim", governor: Path | None = None) -> Process:
        spec, record = tmp_path / f"{service}.spec.json", tmp_path / f"{service}.json"
        env = {"LAB_RUN": run, "PATH": os.environ["PATH"]}
        content = ProcessSpec(
            argv=(sys.executable, "-c", code), env=env, cwd=tmp_path, log=tmp_path / f"{service}.log"
        )
        spec.write_text(content.model_dump_json())
        started = spawn_from(spec, record)
        records.append(record)
        return Process(
            service=service,
            pid=started.pid,
            started_ticks=started.started_ticks,
            spec=spec,
            record=record,
            governor=governor,
        )

    yield start
    for path in records:
        record = ProcessRecord.model_validate_json(path.read_text())
        if record.alive:
            os.kill(record.pid, signal.SIGKILL)


@dataclass
class Here:
    """A place with what a test puts there."""

    run: str
    token_file: Path
    handles: dict[str, Process | Container] = field(default_factory=dict)
    addresses: dict[tuple[str, str], str] = field(default_factory=dict)
    caps: dict[str, float] = field(default_factory=dict)
    abilities: frozenset[Ability] = frozenset(Ability)

    def handle(self, service: str) -> Process | Container:
        """As put there."""
        return self.handles[service]

    def address(self, service: str, port: str) -> str:
        """As put there."""
        return self.addresses[service, port]

    def cpu_cap(self, service: str) -> float | None:
        """As put there."""
        return self.caps.get(service)


@pytest.fixture
def place_of() -> Callable[..., Here]:
    return Here


@dataclass
class Bench:
    """An injector with its ledger, and what it told."""

    injector: Injector
    ledger: Ledger
    lease: Lease
    changes: list[Change]
    watched: bool = True

    def states(self) -> list[str]:
        """``name state`` of each change."""
        return [f"{one.name} {one.state}" for one in self.changes]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    pid = os.getpid()
    ledger = Ledger.create(
        tmp_path / "ledger.jsonl", RUN, int(time.monotonic()), (pid, started_ticks(pid) or 0)
    )
    lease = Lease(tmp_path / "lease", length_s=60)
    lease.renew()
    changes: list[Change] = []
    bench = Bench(None, ledger, lease, changes)  # type: ignore[arg-type]  # set in the next line
    bench.injector = Injector(ledger, lease, changes.append, lambda: bench.watched)
    return bench
