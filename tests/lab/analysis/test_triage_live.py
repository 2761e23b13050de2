"""Triage by logs alone against the services' own counters: real services as processes, a real failure."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from chaos.wait import wait_until
from lab.analysis.logs.triage import Triage, triage

pytestmark = pytest.mark.live

DEADLINE_S = 60
COUNTED = ("edge", "storefront", "router", "auth")


@dataclass(frozen=True, slots=True)
class Chain:
    """edge -> storefront -> router -> auth, each a process with its log in ``logs``."""

    folder: Path
    data: dict[str, str]
    control: dict[str, str]
    http: aiohttp.ClientSession

    async def ask(self, times: int, headers: dict[str, str] | None = None) -> list[int]:
        """So many customers at once; what they got."""

        async def once() -> int:
            async with self.http.get(f"http://{self.data['edge']}/", headers=headers) as answer:
                await answer.read()
                return answer.status

        return await asyncio.gather(*(once() for _ in range(times)))

    async def change(self, service: str, **settings: float) -> None:
        """Change its settings."""
        url, token = f"http://{self.control[service]}/settings", {"X-Lab-Token": "secret"}
        async with self.http.patch(url, json=settings, headers=token) as answer:
            assert answer.status == 200

    async def counters(self, service: str) -> dict[str, Any]:
        """What it counts."""
        async with self.http.get(f"http://{self.control[service]}/counters") as answer:
            read: dict[str, Any] = await answer.json()
            return read

    def log(self, service: str) -> list[str]:
        """What it wrote so far."""
        return (self.folder / "logs" / f"{service}.log").read_text().splitlines()

    async def well(self, service: str, call: str) -> None:
        """Customers are served until the log says that a call is well again."""

        async def told() -> bool:
            assert await self.ask(1) == [200]
            return any(f'"{call}"' in line and '"well"' in line for line in self.log(service))

        await wait_until(told, DEADLINE_S, f"{call} to be well again", every_s=0.2)

    async def idle(self) -> None:
        """Wait until nothing is under way."""

        async def done() -> bool:
            return not sum([(await self.counters(service))["in_flight"] for service in COUNTED])

        await wait_until(done, DEADLINE_S, "everything under way to end")


def free_addresses(count: int) -> list[str]:
    """Addresses that nothing listens on."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{sock.getsockname()[1]}" for sock in sockets]


@asynccontextmanager
async def chain(folder: Path) -> AsyncIterator[Chain]:
    """The four while the context is open; they end by SIGTERM and say their last word."""
    ports = free_addresses(2 * len(COUNTED))
    data, control = dict(zip(COUNTED, ports[:4], strict=True)), dict(zip(COUNTED, ports[4:], strict=True))
    (folder / "logs").mkdir()
    (folder / "token").write_text("secret")
    environment = {
        "ROUTES": f"auth={data['auth']}",
        "BRIDGE": f"http://{data['router']}",
        "SERVICE_TIME_MS": "1",
        "TOKEN_FILE": str(folder / "token"),
    }
    upstream = {
        "edge": {"UPSTREAM": f"http://{data['storefront']}", "UPSTREAM_NAME": "storefront"},
        "storefront": {"UPSTREAM": "http://auth", "POLICY": "immediate(retries=1)", "TIMEOUT_S": "0.5"},
    }
    processes = []
    for name in COUNTED:
        own = {"SERVICE": name, "DATA": data[name], "CONTROL": control[name]}
        away = upstream.get(name, {"UPSTREAM": "http://auth"})
        with (folder / "logs" / f"{name}.log").open("wb") as log:
            processes.append(
                await asyncio.create_subprocess_exec(
                    sys.executable, "-m", f"services.{name}", stdout=log, stderr=subprocess.STDOUT,
                    env={**os.environ, **environment, **away, **own},
                )
            )  # fmt: skip
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE_S)) as http:
        made = Chain(folder, data, control, http)
        try:
            for name in COUNTED:
                await wait_until(partial(made.counters, name), DEADLINE_S, f"{name} to come up")
            yield made
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                assert await asyncio.wait_for(process.wait(), DEADLINE_S) == 0


def counts(found: Triage) -> dict[str, dict[str, int]]:
    """Bad outcomes by call."""
    return {
        trouble.call: {episode.outcome: episode.count + episode.earlier for episode in trouble.errors}
        for trouble in found.troubles
    }


def bad(outcomes: dict[str, int]) -> dict[str, int]:
    """Those that happened and are not ok."""
    return {key: count for key, count in outcomes.items() if count and key != "ok"}


async def test_the_logs_alone_tell_what_the_counters_tell(tmp_path: Path) -> None:
    """503s of auth, then timeouts, then all is well: every bad outcome of every call, exactly; and whose it was."""
    async with chain(tmp_path) as made:
        for _ in range(10):  # a few at once: each has half a second, also beside other work
            assert await made.ask(2) == [200] * 2
        await made.change("auth", fail_share=1)
        assert await made.ask(1, {"X-Request-Id": "customer-7"}) == [503]
        for service in COUNTED:
            assert any("customer-7" in line for line in made.log(service)), service
        await made.change("auth", fail_share=0.3)
        for _ in range(15):
            await made.ask(10)
        await made.change("auth", fail_share=0, service_time_ms=1500)
        assert await made.ask(25) == [503] * 25
        await made.change("auth", service_time_ms=1)
        await made.idle()
        await made.well("storefront", "storefront->auth")
        await made.well("edge", "edge answers")
        told = {service: await made.counters(service) for service in COUNTED}
    client = bad(told["storefront"]["client"]["outcomes_total"])
    assert client["5xx"] > 40
    assert client["timeout"] >= 50  # a few more where the machine is busy
    found = triage({service: made.log(service) for service in COUNTED})
    answers = {
        f"{service} answers": bad({"abandoned": read["abandoned_total"], **read["failed_total"]})
        for service, read in told.items()
    }
    failed = told["edge"]["failed_total"]["503"]
    assert counts(found) == {"storefront->auth": client, "edge->storefront": {"5xx": failed}, **answers}
    assert answers["router answers"]["abandoned"] >= 50
    over = {episode.state for trouble in found.troubles for episode in trouble.errors if "->" in trouble.call}
    assert over == {"over"}
    since = {h.outcome: h.since_s for t in found.troubles if t.call == "storefront->auth" for h in t.errors}
    assert since["5xx"] <= since["timeout"]
    assert not any(state.missing or state.unreadable for state in found.logs.values())
    most = max(len(made.log(service)) for service in COUNTED)
    assert most < 60, "a storm must not be paid for by its log"
    assert re.search(r'"dropped_before": \d', "\n".join(made.log("storefront")))
    assert all(json.loads(line)["service"] == "auth" for line in made.log("auth"))
