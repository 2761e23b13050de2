"""The id that a request carries through every service, in the header X-Request-Id.

One that comes with a sane id keeps it, wherever it comes from; any other gets one here. A counter after a few letters
that differ at each start, and in each process that plays a service, costs less than a random number each, and sorts.
"""

import itertools
import os
import re
import secrets

from aiohttp import web

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_KEY = web.RequestKey("request_id", str)
_START = secrets.token_hex(4)
_NUMBERS = itertools.count(1)


def new_id() -> str:
    """An id that no other request has, here or in another service."""
    return f"{_START}{os.getpid():x}-{next(_NUMBERS)}"


def request_id(request: web.BaseRequest) -> str:
    """The id of a request that came in; the same however often it is asked for."""
    known = request.get(_KEY)
    if known is None:
        given = request.headers.get(HEADER)
        known = given if given is not None and _SANE.fullmatch(given) else new_id()
        request[_KEY] = known
    return known
