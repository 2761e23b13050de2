"""The server: its routes, and its life on a port of this machine alone."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import ChoiceLoader, Environment, PackageLoader

from lab.campaign import all_drills
from lab.report import headline_figures as headline
from lab.report.html.charts import charts
from lab.report.html.page import templates as report_templates
from lab.report.html.system_data import eyes
from lab.runtime.base import SetupError
from lab.session import OtherLabError, Permission
from lab.session.requirements import require_same_lab
from lab.web.access import MOST_BODY, Access, harden
from lab.web.assets import LIVE, Assets
from lab.web.controls import Control, controls
from lab.web.feed import Feed
from lab.web.live_run import LiveRun
from lab.web.orders import Orders
from lab.web.past import past_runs, report_of
from lab.web.refusals import Refusals
from lab.web.stream import stream
from lab.web.viewers import Viewers

HOST = "127.0.0.1"
REPORT_POLICY = "sandbox allow-scripts allow-downloads allow-popups; frame-ancestors 'none'"
"""A report runs its scripts as a page of no origin: whatever stands in a run's folder can't drive the lab."""
GROUPS = {
    "fault": "Faults",
    "load": "Load",
    "policy": "Retry policies",
    "mitigation": "Mitigations",
}


class Site:
    """Everything that is served.

    Attributes:
        token: of this run of the server.
        following: the task that follows the lab, while the server lives; it ends only by an error.
    """

    following: "asyncio.Task[None]"

    def __init__(self, home: Path, name: str | None = None, token: str | None = None) -> None:
        self.token = secrets.token_urlsafe(32) if token is None else token
        self.viewers = Viewers()
        self.feed = Feed(home, name, self.viewers)
        self.orders = Orders(self.feed)
        self.refusals = Refusals(self.orders.note)
        self._home = home
        self._assets = Assets()
        self._controls: dict[str, asyncio.Task[tuple[Control, ...]]] = {}
        access = Access(self.token, self.refusals.add)
        self.app = web.Application(middlewares=[access.check], client_max_size=MOST_BODY)
        self.app.on_response_prepare.append(harden)
        self.app.on_shutdown.append(self._let_go)
        self.app.cleanup_ctx.append(self._follow)
        self.app.add_routes(
            [
                web.get("/", self._page),
                web.get("/live", self._stream),
                web.get("/runs", self._runs),
                web.get("/runs/{name}/report.html", self._report),
                web.get("/static/{hash}/{name}", self._assets.answer),
                *self.orders.routes(),
            ]
        )

    async def _follow(self, _: web.Application) -> AsyncIterator[None]:
        self.following = asyncio.create_task(self.feed.follow_forever())
        yield
        self.following.cancel()
        await asyncio.gather(self.following, return_exceptions=True)

    async def _let_go(self, _: web.Application) -> None:
        self.viewers.drop_all()

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        return await stream(request, self.feed)

    async def _page(self, _: web.Request) -> web.Response:
        live = self.feed.live
        if live is None or live.timeline.drill is None:
            return self._html("none.html.j2", home=self._home, waits_for=self.feed.name)
        drill, opened = live.timeline.drill, live.timeline.run
        interactive = opened is not None and opened.interactive
        return self._html(
            "live.html.j2",
            run=live.run,
            drill=drill,
            runtime="" if opened is None else opened.runtime,
            interactive=interactive,
            charts=charts(drill),
            groups=GROUPS,
            controls=await self._controls_of() if interactive and self._is_up(live) else (),
            drills=await asyncio.to_thread(_runnable, drill) if interactive else (),
            scripts=LIVE,
            system=live.map_data(),
            eyes=eyes(live.timeline),
            fmt=headline,
        )

    def _is_up(self, live: LiveRun) -> bool:
        """Whether every service of the lab is known: they are all there when it is calibrated, or takes orders."""
        takes_orders = Permission.CHANGE in self.feed.state.get("permissions", ())
        return self.feed.is_living and (takes_orders or bool(live.timeline.calibrations))

    async def _controls_of(self) -> tuple[Control, ...]:
        """Of this lab; made once, in a thread."""
        live = self.feed.live
        assert live is not None  # noqa: S101  asked before
        if live.run not in self._controls:
            there = frozenset(
                live.timeline.roles.process_of(change.service) for change in live.timeline.changes
            )
            made = asyncio.to_thread(controls, live.timeline.roles, there)
            self._controls = {live.run: asyncio.create_task(made)}
        return await asyncio.shield(self._controls[live.run])

    async def _runs(self, request: web.Request) -> web.Response:
        wanted = request.query.get("q", "")[:100]
        return self._html(
            "runs.html.j2", runs=await asyncio.to_thread(past_runs, self._home, wanted), wanted=wanted
        )

    async def _report(self, request: web.Request) -> web.StreamResponse:
        if (file := report_of(self._home, request.match_info["name"])) is None:
            raise web.HTTPNotFound(text="there is no such run, or it has no report\n")
        headers = {"Content-Security-Policy": REPORT_POLICY, "Cache-Control": "private, no-cache"}
        return web.FileResponse(file, headers=headers)

    def _html(self, template: str, **known: Any) -> web.Response:  # noqa: ANN401  what a template is given
        text = templates().get_template(template).render(asset=lambda name: self._assets[name].url, **known)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})


def _runnable(lab: Any) -> list[Any]:  # noqa: ANN401  drills
    """The drills that can be run on a lab that was brought up for another one."""
    found = []
    for drill in all_drills():
        try:
            require_same_lab(drill, lab)
        except OtherLabError:
            continue
        found.append(drill)
    return found


@cache
def templates() -> Environment:
    """The report's templates and our own, with every value escaped and none missing."""
    made = report_templates()
    made.loader = ChoiceLoader([PackageLoader("lab.web"), PackageLoader("lab.report")])
    return made


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that listens; ``url`` has its token."""

    site: Site
    port: int

    @property
    def url(self) -> str:
        """What is opened in a browser."""
        return f"http://{HOST}:{self.port}/?token={self.site.token}"


@asynccontextmanager
async def serving(home: Path, name: str | None = None, port: int = 0) -> AsyncIterator[Serving]:
    """Serve the page on 127.0.0.1 while the context is open.

    Args:
        home: where runs are.
        name: the run to show, and no other.
        port: 0: any that is free.

    Raises:
        SetupError: the port is taken.
    """
    site = Site(home, name)
    runner = web.AppRunner(site.app, handle_signals=False, shutdown_timeout=1, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as taken:
            why = taken.strerror or str(taken)
            raise SetupError(
                f"{HOST}:{port} can't be listened on: {why}. Choose another --port, or none"
            ) from taken
        yield Serving(site, int(runner.addresses[0][1]))
    finally:
        await runner.cleanup()
