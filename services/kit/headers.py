"""What a request hands on to those that are asked for it: its id, its rank, how long it is waited for."""

import time

from aiohttp import web

from services.kit import deadline, priority
from services.kit.request_id import HEADER, request_id


def to_pass_on(request: web.BaseRequest) -> dict[str, str]:
    """Id, X-Priority, and the deadline as it came."""
    given = request.headers
    return {HEADER: request_id(request), **priority.passed_on(given), **deadline.passed_on(given)}


def deadline_s(request: web.BaseRequest) -> float | None:
    """When whoever asks stops waiting (CLOCK_MONOTONIC); None: it didn't say."""
    return deadline.from_headers(request.headers, time.monotonic(), time.time())
