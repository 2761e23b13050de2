"""Where a forwarding proxy sends a request: `name=host:port` pairs, and `name/metrics=host:port`."""

import re
from collections.abc import Mapping

from aiohttp import web
from yarl import URL

from services.kit.env import BadEnvironmentError

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_PAIR = re.compile(r"([a-z0-9][a-z0-9.-]*(?:/metrics)?)=([A-Za-z0-9.-]+):([0-9]{1,5})")

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def end_to_end(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that a proxy passes on (RFC 9110, 7.6.1)."""
    return {key: value for key, value in headers.items() if key.lower() not in _HOP_BY_HOP}


class Routes:
    """The names that a proxy knows.

    Args:
        text: E.g. "auth=auth:8080 auth/metrics=auth:9000".
    """

    def __init__(self, text: str) -> None:
        self._data: dict[str, URL] = {}
        self._metrics: dict[str, URL] = {}
        for pair in text.split():
            match = _PAIR.fullmatch(pair)
            if match is None:
                raise BadEnvironmentError(f"ROUTES: {pair!r} is not name=host:port")
            name, slash, _ = match[1].partition("/")
            into = self._metrics if slash else self._data
            into[name] = URL.build(scheme="http", host=match[2], port=int(match[3]))

    def resolve(self, request: web.BaseRequest) -> URL:
        """The address that a request goes to; raises an HTTPException where none is named.

        An absolute-form target says the host (RFC 9112, 3.2.2); a Host header that says another is refused.
        """
        if request.method not in _METHODS:
            raise web.HTTPMethodNotAllowed(request.method, _METHODS)
        host = _name(request.headers.get("Host", ""))
        if not request.raw_path.startswith("/") and _name(_authority(request.raw_path)) != host:
            raise web.HTTPBadRequest(reason="target and Host header disagree")
        metrics = request.path == "/metrics"
        to = (self._metrics if metrics else self._data).get(host)
        if to is None or (metrics and request.method != "GET"):
            raise web.HTTPNotFound(reason=f"no route to {host!r} for {request.method} {request.path!r}"[:200])
        path, query = request.rel_url.raw_path, request.rel_url.raw_query_string
        return URL.build(
            scheme="http",
            host=to.host or "",
            port=to.port,
            path="/metrics" if metrics else path,
            query_string=query,
            encoded=True,
        )


def _authority(target: str) -> str:
    try:
        return URL(target).raw_authority
    except ValueError:
        return ""


def _name(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port == "80" else host).lower().rstrip(".")
