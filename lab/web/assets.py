"""Scripts and styles: the report's and our own, out of the installed packages; compressed once, kept by browsers.

Each has a hash of its text in its address, so that a browser may keep it for ever and never has an old one.
"""

import asyncio
import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from importlib.resources import files

from aiohttp import hdrs, web

from lab.report.html.embed import plotly_js, style_text, template_text
from lab.report.html.page import SCRIPTS, STYLES

PLOTLY = "plotly.js"
SHARED = SCRIPTS[:-1]
"""The report's scripts, but for the one that takes what is embedded there."""
LIVE = (PLOTLY, *SHARED, "controls.js", "live.js")
"""Scripts of the live page, in this order."""
STYLE = "report.css"
"""All of the report's styles, and its colours."""
OF_THE_REPORT = frozenset({*SHARED, STYLE})
OURS = frozenset({"live.js", "controls.js", "waiting.js", "live.css"})
TYPES = {"js": "text/javascript", "css": "text/css"}
FOR_EVER = "private, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """A file."""

    name: str
    text: str

    @cached_property
    def url(self) -> str:
        """Where it is."""
        return f"/static/{hashlib.sha256(self.text.encode()).hexdigest()[:16]}/{self.name}"

    @cached_property
    def compressed(self) -> bytes:
        """As it is sent."""
        return gzip.compress(self.text.encode(), 6, mtime=0)


class Assets:
    """All of them, by name; read when they are first asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Asset] = {}

    def __getitem__(self, name: str) -> Asset:
        if name not in self._known:
            self._known[name] = Asset(name, _text(name))
        return self._known[name]

    async def answer(self, request: web.Request) -> web.Response:
        """``GET /static/HASH/NAME``."""
        name = request.match_info["name"]
        if name not in {*OF_THE_REPORT, *OURS, PLOTLY} or self[name].url != request.path:
            raise web.HTTPNotFound
        asset = self[name]
        headers = {
            hdrs.CACHE_CONTROL: FOR_EVER,
            hdrs.ETAG: f'"{request.match_info["hash"]}"',
            hdrs.VARY: "Accept-Encoding",
        }
        if request.headers.get(hdrs.IF_NONE_MATCH) == headers[hdrs.ETAG]:
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        kind = TYPES[name.rpartition(".")[2]]
        if "gzip" not in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            return web.Response(text=asset.text, headers=headers, content_type=kind)
        body = await asyncio.to_thread(lambda: asset.compressed)
        return web.Response(
            body=body, headers={**headers, hdrs.CONTENT_ENCODING: "gzip"}, content_type=kind, charset="utf-8"
        )


def _text(name: str) -> str:
    if name == PLOTLY:
        return plotly_js()
    if name == STYLE:
        return style_text(STYLES)
    if name in OF_THE_REPORT:
        return template_text(name)
    return (files("lab.web") / "templates" / name).read_text("utf-8")
