"""The control port: health, counters, metrics, settings. Load and faults never touch it.

What changes something needs the run's token, and is refused to anything that looks like a browser: an Origin
header, or a Host that is neither an address nor a name of this service (DNS rebinding).
"""

import hmac
import ipaddress
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from services.kit import metrics
from services.kit.controlled import Controlled, ControlledError
from services.kit.env import BindAddresses
from services.kit.live_settings import SettingsError
from services.kit.role import Handler, json_response

TOKEN_HEADER = "X-Lab-Token"  # noqa: S105  a header's name
_LARGEST_BODY = 16 * 1024


class Control:
    """The calls of the control port of one role.

    Args:
        place: Its name, and who may change it.
        boot: Different after each start.
        controlled: Who does what is asked.
        more: Further POST calls, by path; they ask for the token.
    """

    def __init__(
        self, place: BindAddresses, boot: str, controlled: Controlled, more: Mapping[str, Handler]
    ) -> None:
        self._place = place
        self._boot = boot
        self._controlled = controlled
        self._more = more

    def app(self) -> web.Application:
        """The application to serve."""
        app = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_failures])
        app.router.add_get("/health", self._health)
        app.router.add_get("/counters", self._counters)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/settings", self._settings)
        app.router.add_patch("/settings", self._guarded(self._change))
        app.router.add_get("/automation", self._automations)
        app.router.add_post("/automation", self._guarded(self._automate))
        for path, handler in self._more.items():
            app.router.add_post(path, self._guarded(handler))
        return app

    async def _health(self, _request: web.Request) -> web.Response:
        why = await self._controlled.refuses()
        if why is not None:
            return json_response({"status": "failing", "why": why}, status=503)
        return json_response({"status": "ok", "service": self._place.service, "boot": self._boot})

    async def _counters(self, request: web.Request) -> web.Response:
        text = request.query.get("after", "-inf")
        try:
            after = float(text)
        except ValueError:
            return json_response({"error": f"after={text!r} is not a second, e.g. after=12345"}, status=400)
        return json_response(await self._controlled.counters(after))

    async def _metrics(self, _request: web.Request) -> web.Response:
        counters = await self._controlled.counters(after=float("inf"))
        body = metrics.render(metrics.registry(lambda: counters))
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def _settings(self, _request: web.Request) -> web.Response:
        return json_response(await self._controlled.settings())

    async def _change(self, request: web.Request) -> web.Response:
        try:
            changes = json.loads(await request.text(), object_pairs_hook=_no_duplicates)
        except (ValueError, LookupError, RecursionError) as error:
            return json_response({"error": f"the body is not JSON: {error}"}, status=400)
        if not isinstance(changes, dict):
            return json_response({"error": "the body is not an object of settings"}, status=400)
        try:
            return json_response(await self._controlled.change(changes))
        except SettingsError as error:
            return json_response(error.as_json, status=400)

    async def _automations(self, _request: web.Request) -> web.Response:
        return json_response(await self._controlled.automations())

    async def _automate(self, request: web.Request) -> web.Response:
        try:
            written = await request.text()
        except (UnicodeError, LookupError) as error:  # LookupError: a charset that Python does not know
            return json_response({"error": f"the body is not text: {error}"}, status=400)
        answer, status = await self._controlled.automate(written)
        return json_response(answer, status=status)

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.Response:
            why = refusal(request, self._place.service, self._place.token_file)
            return json_response({"error": why}, status=403) if why else await handler(request)

        return guarded


@web.middleware
async def _failures(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """503 with the reason where workers could not answer as one."""
    try:
        return await handler(request)
    except ControlledError as error:
        return json_response({"error": str(error)}, status=503)


def refusal(request: web.Request, service: str, token_file: Path | None) -> str | None:
    """Why this request may not change anything; None: it may."""
    if "Origin" in request.headers:
        return "requests from web pages are refused (Origin header)"
    if not _own_name(request.headers.get("Host", ""), service):
        return "the Host header names neither an address, localhost nor this service"
    token = token_file.read_bytes().strip() if token_file and token_file.exists() else b""
    if not token:
        return "nothing can be changed here: TOKEN_FILE is not set or empty"
    given = request.headers.get(TOKEN_HEADER, "").encode("utf-8", "surrogateescape")
    return None if hmac.compare_digest(given, token) else f"the header {TOKEN_HEADER} is missing or wrong"


def _own_name(host: str, service: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if name in {"localhost", service}:
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"{key!r} is given twice")
    return dict(pairs)
