"""What a library returns or raises -> how a call ended.

Libraries wrap what happened, often several times: httpx.ConnectError <- httpcore.ConnectError <- OSError <-
ConnectionRefusedError. The causes are looked through from the outside in; contexts are not, since the context of the
last attempt's error is the attempt before.
"""

import errno
from collections.abc import Iterator

from services.client.outcomes import MACHINE_TROUBLE
from services.policies import Outcome, OutcomeKind

_CLIENT_ERROR = 400
_SERVER_ERROR = 500
_SUCCESS = range(200, 300)

_RESETS = frozenset({"RemoteDisconnected", "ServerDisconnectedError", "RemoteProtocolError", "ProtocolError"})
_RESETS_TOO = frozenset({"ConnectionClosedError", "ReadError", "WriteError", "ClientOSError"})
_REFUSALS = frozenset(
    {"NewConnectionError", "ConnectError", "ProxyConnectionError", "EndpointConnectionError"}
)
_STATUSES = frozenset({"ResponseError"})
"""urllib3's `too many 503 error responses`: it says the status in words only."""


def from_status(status: int) -> Outcome:
    """The outcome of a call that was answered."""
    if status in _SUCCESS:
        return Outcome(OutcomeKind.OK, status)
    if status >= _SERVER_ERROR:
        return Outcome(OutcomeKind.SERVER_ERROR, status)
    return Outcome(OutcomeKind.CLIENT_ERROR if status >= _CLIENT_ERROR else OutcomeKind.OTHER, status)


def from_error(error: BaseException) -> Outcome:
    """The outcome of a call that a library ended with an error."""
    for cause in _causes(error):
        status = getattr(getattr(cause, "response", None), "status_code", None)
        if isinstance(status, int):
            return from_status(status)
        kind = _kind(cause)
        if kind is not None:
            return Outcome(kind)
    return Outcome(OutcomeKind.OTHER)


def trouble(error: BaseException) -> str | None:
    """The name of the machine's trouble (EMFILE, EADDRNOTAVAIL, ...) behind an error; None: none."""
    numbers = (getattr(cause, "errno", None) for cause in _causes(error))
    return next((errno.errorcode[number] for number in numbers if number in MACHINE_TROUBLE), None)


def _kind(error: BaseException) -> OutcomeKind | None:
    """What one error says by itself; None: what caused it may say more."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if getattr(error, "errno", None) in MACHINE_TROUBLE:
        return OutcomeKind.OTHER
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return OutcomeKind.TIMEOUT
    if isinstance(error, ConnectionRefusedError) or (names & _REFUSALS and not _caused(error)):
        return OutcomeKind.REFUSED
    if isinstance(error, ConnectionResetError | BrokenPipeError) or (
        names & (_RESETS | _RESETS_TOO) and not _caused(error)
    ):
        return OutcomeKind.RESET
    return OutcomeKind.SERVER_ERROR if names & _STATUSES else None


def _caused(error: BaseException) -> bool:
    return any(True for _ in _inside(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what caused it, from the outside in; each once."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        cause = waiting.pop(0)
        if id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            waiting += _inside(cause)


def _inside(error: BaseException) -> Iterator[BaseException]:
    """What an error carries: its cause, urllib3's `reason`, requests' arguments, botocore's `error`."""
    known = [error.__cause__, getattr(error, "reason", None), *error.args]
    known.append(getattr(error, "kwargs", {}).get("error"))
    known += getattr(error, "exceptions", ())
    yield from (inner for inner in known if isinstance(inner, BaseException))
