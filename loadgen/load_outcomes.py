"""How a request ended, in one word."""

import errno
import json

import gevent
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError

_TROUBLE = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM})
_SUCCESS = range(200, 300)
_CLIENT_ERROR = range(400, 500)
_SERVER_ERROR = range(500, 600)


def of_status(status: int, *, correct: bool, in_time: bool) -> str | None:
    """What is wrong with an answer; None: it is good.

    Args:
        status: Its HTTP status.
        correct: Whether its body is what was asked for.
        in_time: Whether it came within the SLO.
    """
    if status in _SERVER_ERROR:
        return "5xx"
    if status in _CLIENT_ERROR:
        return "4xx"
    if status not in _SUCCESS:
        return "other"
    if not correct:
        return "wrong"
    return None if in_time else "slow"


def of_error(error: BaseException) -> str:
    """What ended a request that got no answer."""
    if isinstance(error, TimeoutError | gevent.Timeout):
        return "timeout"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionError | HTTPConnectionClosed | HTTPParseError):
        return "reset"
    return "other"


def trouble(error: BaseException) -> str | None:
    """The name of the machine's trouble (EMFILE, EADDRNOTAVAIL, ...) behind an error; None: none."""
    number = getattr(error, "errno", None)
    return errno.errorcode[number] if number in _TROUBLE else None


def echoes(body: bytes, user: str) -> bool:
    """Whether an answer is JSON that repeats the user asked for."""
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and answer.get("user") == user
