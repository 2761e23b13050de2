"""Who may use the page: whoever has the address that was printed, in a browser, on this machine.

    Host     is 127.0.0.1:PORT or localhost:PORT       a name of others that leads here (DNS rebinding) is refused
    token    ?token= once; from then on a cookie       HttpOnly, SameSite=Strict, of this port
    Origin   our own, for all that changes something   a page of others can't, whatever cookies its browser has
    body     JSON of at most 16 KB                     what a form could send is refused

Whatever is refused of what changes something is written to the lab's journal.
"""

import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import hdrs, web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MOST_BODY = 16 * 1024
READS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Plotly sets styles of its elements, which needs ``unsafe-inline``; scripts come from our own files alone."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ENTER = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Retry-storm lab</title>
<p><a id="on" href="/">Open the live page</a></p><script src="/enter.js"></script></html>"""
ENTER_JS = 'location.replace("/" + location.hash);'
"""A browser that comes from another page (a mail, a file) keeps a strict cookie back on the redirect, but not here."""
REMEDY = "Open the address that `lab watch --web` printed; it is valid until that ends."


class Access:
    """The token, and the middleware that asks for it.

    Args:
        token: of this run of the server.
        refused: is given what was refused, of what would have changed something.
    """

    def __init__(self, token: str, refused: Callable[[str], None]) -> None:
        self._token = token
        self._refused = refused

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let it through, or say why not."""
        wrong = self._wrong(request)
        if wrong is None:
            if request.path == "/enter.js":
                return web.Response(text=ENTER_JS, content_type="text/javascript")
            if "token" in request.query and request.method in READS:
                return self._entered(request)
            return await handler(request)
        status, why = wrong
        if request.method not in READS:
            self._refused(f"{request.method} {request.path}: {why}")
        return web.Response(status=status, text=f"{why}. {REMEDY}\n")

    def _wrong(self, request: web.Request) -> tuple[HTTPStatus, str] | None:
        port = port_of(request)
        hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        if request.host not in hosts:
            return HTTPStatus.FORBIDDEN, "this server is not what the browser was asked for (Host)"
        if request.path == "/enter.js" and request.method in READS:
            return None
        asked = request.query.get("token") if request.method in READS else None
        given = asked or request.cookies.get(cookie_name(port), "")
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), self._token.encode()):
            return HTTPStatus.FORBIDDEN, "the token of this server is missing or wrong"
        return None if request.method in READS else self._wrong_order(request)

    def _wrong_order(self, request: web.Request) -> tuple[HTTPStatus, str] | None:
        """The same of a request that would change something."""
        if request.headers.get(hdrs.ORIGIN, "") != f"http://{request.host}":
            return HTTPStatus.FORBIDDEN, "only this server's own page may change anything (Origin)"
        if request.can_read_body and request.content_type != "application/json":
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "only JSON is taken"
        return None

    def _entered(self, request: web.Request) -> web.StreamResponse:
        """Keep the token as a cookie, and lead to the address without it."""
        if request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}:
            answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: request.path})
        else:
            answer = web.Response(text=ENTER, content_type="text/html")
        answer.headers[hdrs.CACHE_CONTROL] = "no-store"
        answer.set_cookie(
            cookie_name(port_of(request)), self._token, httponly=True, samesite="Strict", path="/"
        )
        return answer


async def harden(_: web.Request, answer: web.StreamResponse) -> None:
    """Headers that every answer has, where it has none of its own."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)


def cookie_name(port: int) -> str:
    """Of one server: browsers keep no cookies apart by port."""
    return f"lab-watch-{port}"


def port_of(request: web.Request) -> int:
    """The port that the request came in at."""
    assert request.transport is not None  # noqa: S101  it is being answered
    return int(request.transport.get_extra_info("sockname")[1])
