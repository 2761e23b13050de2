"""The page's server on a port of this machine, and a stub lab that it follows."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from chaos.wait import wait_until
from lab.session import Host, RunFolder, Stop, open_host
from lab.session.interactive_run import InteractiveRun
from lab.web.site import Serving, serving
from tests.lab.session.stub_lab import StubLab, stub_lab

DEADLINE_S = 20


@dataclass
class Browser:
    """What a browser sends: the token's cookie once it has it, and where it comes from."""

    server: Serving
    session: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def enter(self) -> None:
        """Open the address that was printed."""
        async with self.session.get(self.server.url) as answer:
            assert answer.status == 200, await answer.text()

    async def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """A control's order, as the page sends it."""
        sent = {"Origin": self.origin} | headers
        async with self.session.request(method, f"{self.origin}{path}", json=body, headers=sent) as answer:
            text = await answer.text()
            return answer.status, await answer.json() if answer.content_type == "application/json" else {
                "text": text
            }


@asynccontextmanager
async def browsing(server: Serving, *, entered: bool = True) -> AsyncIterator[Browser]:
    """A browser, with cookies of its own (also those of addresses)."""
    jar = aiohttp.CookieJar(unsafe=True)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=timeout) as session:
        browser = Browser(server, session)
        if entered:
            await browser.enter()
        yield browser


@dataclass
class Watched:
    """A server that follows a lab of stubs."""

    lab: StubLab
    host: Host
    server: Serving

    @property
    def folder(self) -> RunFolder:
        return self.host.folder

    async def journaled(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> None:
        """Wait for a line of the lab's journal."""

        def found() -> bool:
            lines = self.folder.journal.read_text().splitlines()
            return any(wanted(json.loads(line)) for line in lines)

        await wait_until(found, DEADLINE_S, what)


@pytest.fixture
async def stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StubLab]:
    """Labs that are opened meanwhile are made of stubs."""
    (tmp_path / "runtime").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    async with stub_lab(tmp_path, monkeypatch) as lab:
        yield lab


@pytest.fixture
async def watched(stubs: StubLab, tmp_path: Path) -> AsyncIterator[Watched]:
    """An interactive lab that is up, and a server that has found it."""
    async with AsyncExitStack() as stack:
        folder = stubs.folder("lab")
        folder.asked.write_text("{}")
        request = replace(stubs.request(stubs.drill("lab"), purpose="interactive"), home=tmp_path)
        host = await stack.enter_async_context(open_host(request, folder, Stop()))
        assert isinstance(host.current, InteractiveRun)
        server = await stack.enter_async_context(serving(tmp_path))
        feed = server.site.feed
        await wait_until(
            lambda: feed.live is not None and "change" in feed.state.get("permissions", ()),
            DEADLINE_S,
            "the lab to be found",
        )
        yield Watched(stubs, host, server)
