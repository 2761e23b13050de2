"""The load's control port, in Locust's own process: health, counters, settings.

The same contract as the services' (docs/reference/control-ports.md): what changes something needs the run's token, and
is refused to anything that looks like a web page.
"""

import hmac
import ipaddress
import json
import logging
import os
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from gevent.pywsgi import WSGIServer
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from loadgen.load import LoadProcess
from loadgen.load_metrics import exposition
from loadgen.loop_lag import LoopLag
from loadgen.settings_error import SettingsError

_LARGEST_BODY = 64 * 1024

Environ = dict[str, Any]
Answer = tuple[int, dict[str, Any]]
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    503: "Service Unavailable",
}


class LoadControl:
    """Answers of the control port.

    Args:
        load: What is controlled.
        service: The name that it answers to.
        token_file: The file with the token; None or empty: nothing can be changed.
    """

    def __init__(self, load: LoadProcess, service: str, token_file: Path | None) -> None:
        self._load = load
        self._service = service
        self._token_file = token_file
        self._boot = uuid.uuid4().hex
        self._lag = LoopLag()

    def open(self, host: str, port: int) -> WSGIServer:
        """Listen."""
        self._lag.start()
        server = WSGIServer((host, port), self, log=None, error_log=logging.getLogger("loadgen.load_control"))
        server.start()
        return server

    def __call__(self, environ: Environ, start_response: Callable[..., object]) -> Iterable[bytes]:
        """One request (WSGI)."""
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("GET", "/metrics"):
            text = exposition(self._load)
            start_response(
                "200 OK", [("Content-Type", CONTENT_TYPE_PLAIN_0_0_4), ("Content-Length", str(len(text)))]
            )
            return [text]
        status, body = self._answer(environ)
        data = json.dumps(body).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(data)))]
        start_response(f"{status} {_REASONS[status]}", headers)
        return [data]

    def _answer(self, environ: Environ) -> Answer:
        calls: dict[str, dict[str, Callable[[Environ], Answer]]] = {
            "/health": {"GET": self._health},
            "/counters": {"GET": self._counters},
            "/settings": {"GET": self._settings, "PATCH": self._change},
        }
        methods = calls.get(environ["PATH_INFO"])
        if methods is None:
            return 404, {"error": "no such path", "valid": sorted(calls)}
        call = methods.get(environ["REQUEST_METHOD"])
        return call(environ) if call else (405, {"error": "method not allowed", "valid": sorted(methods)})

    def _health(self, _environ: Environ) -> Answer:
        if not self._load.ready:
            return 503, {"status": "starting", "why": "no user has been started yet"}
        return 200, {"status": "ok", "service": self._service, "boot": self._boot}

    def _counters(self, environ: Environ) -> Answer:
        text = parse_qs(environ["QUERY_STRING"]).get("after", ["-inf"])[0]
        try:
            after = float(text)
        except ValueError:
            return 400, {"error": f"after={text!r} is not a second, e.g. after=12345"}
        own = {"service": self._service, "boot": self._boot, "loop_lag_p99_ms": self._lag.p99_ms()}
        return 200, {**own, "client": None, **self._load.counters(after)}

    def _settings(self, _environ: Environ) -> Answer:
        return 200, self._load.settings.as_json()

    def _change(self, environ: Environ) -> Answer:
        why = self._refusal(environ)
        if why is not None:
            return 403, {"error": why}
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > _LARGEST_BODY:
            return 413, {"error": f"the body has more than {_LARGEST_BODY} bytes"}
        try:
            changes = json.loads(environ["wsgi.input"].read(int(length)), object_pairs_hook=_no_duplicates)
        except (ValueError, RecursionError) as error:
            return 400, {"error": f"the body is not JSON: {error}"}
        if not isinstance(changes, dict):
            return 400, {"error": "the body is not an object of settings"}
        try:
            return 200, self._load.change(changes).as_json()
        except SettingsError as error:
            return 400, error.as_json

    def _refusal(self, environ: Environ) -> str | None:
        if "HTTP_ORIGIN" in environ:
            return "requests from web pages are refused (Origin header)"
        if not _own_name(environ.get("HTTP_HOST", ""), self._service):
            return "the Host header names neither an address, localhost nor this service"
        there = self._token_file is not None and self._token_file.exists()
        token = self._token_file.read_bytes().strip() if self._token_file and there else b""
        if not token:
            return "nothing can be changed here: TOKEN_FILE is not set or empty"
        given = str(environ.get("HTTP_X_LAB_TOKEN", "")).encode("utf-8", "surrogateescape")
        return None if hmac.compare_digest(given, token) else "the header X-Lab-Token is missing or wrong"


def open_control(load: LoadProcess) -> WSGIServer | None:
    """The control port at CONTROL=host:port with TOKEN_FILE; None without CONTROL."""
    address = os.environ.get("CONTROL", "")
    if not address:
        return None
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit():
        raise ValueError(f"CONTROL={address!r} is not host:port")
    token_file = os.environ.get("TOKEN_FILE", "")
    control = LoadControl(load, os.environ.get("SERVICE", "load"), Path(token_file) if token_file else None)
    return control.open(host, int(port))


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
    changes = dict(pairs)
    if len(changes) < len(pairs):
        raise ValueError("a key is given twice")
    return changes
