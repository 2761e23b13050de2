"""What aiohttp returns or raises -> how an attempt ended."""

import errno
import math
import time
from datetime import UTC
from email.utils import parsedate_to_datetime

import aiohttp

from services.policies import Outcome, OutcomeKind

MACHINE_TROUBLE = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM})

_CLIENT_ERROR = 400
_SERVER_ERROR = 500
_SUCCESS = range(200, 300)


def from_response(response: aiohttp.ClientResponse) -> Outcome:
    """The outcome of an attempt that was answered."""
    status = response.status
    if status in _SUCCESS:
        return Outcome(OutcomeKind.OK, status)
    kind = OutcomeKind.OTHER
    if status >= _SERVER_ERROR:
        kind = OutcomeKind.SERVER_ERROR
    elif status >= _CLIENT_ERROR:
        kind = OutcomeKind.CLIENT_ERROR
    return Outcome(kind, status, retry_after_s(response.headers.get("Retry-After")))


def from_error(error: BaseException) -> Outcome:
    """The outcome of an attempt that was not answered."""
    if isinstance(error, TimeoutError) or _errno(error) == errno.ETIMEDOUT:
        return Outcome(OutcomeKind.TIMEOUT)
    if _errno(error) in MACHINE_TROUBLE:
        return Outcome(OutcomeKind.OTHER)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Outcome(OutcomeKind.RESET if _errno(error) == errno.ECONNRESET else OutcomeKind.REFUSED)
    if isinstance(error, aiohttp.ClientConnectionError | aiohttp.ClientPayloadError | ConnectionError):
        return Outcome(OutcomeKind.RESET)
    return Outcome(OutcomeKind.OTHER)


def trouble(error: BaseException) -> str | None:
    """The name of the machine's trouble (EMFILE, EADDRNOTAVAIL, ...) behind an error; None: none."""
    number = _errno(error)
    return errno.errorcode[number] if number in MACHINE_TROUBLE else None


def retry_after_s(header: str | None) -> float | None:
    """Seconds that Retry-After (a number or a date: RFC 9110, 10.2.3) asks for; None: nothing usable."""
    if header is None:
        return None
    try:
        seconds = float(header) if header.strip().isdigit() else _until(header)
    except (ValueError, OverflowError):
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(date: str) -> float:
    """Seconds until a date in one of HTTP's three forms. All are UTC; asctime's doesn't say so."""
    found = parsedate_to_datetime(date)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() - time.time()


def _errno(error: BaseException) -> int | None:
    inner = getattr(error, "os_error", error)
    number = getattr(inner, "errno", None)
    return number if isinstance(number, int) else None
