"""One HTTP call with a deadline, whose errors say which address was asked for what."""

import json as jsonlib
from dataclasses import dataclass
from typing import Any

import aiohttp

from chaos.errors import DeadlineError, RefusedError, TargetGoneError

SHOWN = 300
"""Characters of an answer that an error shows."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and text of an answer; ``asked`` is for messages."""

    asked: str
    status: int
    text: str

    @property
    def ok(self) -> bool:
        """Any 2xx."""
        return self.status // 100 == 2  # noqa: PLR2004 - the class of a status

    def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """The body as JSON.

        Raises:
            RefusedError: not a 2xx, or no JSON.
        """
        if not self.ok:
            raise self.refused()
        try:
            return jsonlib.loads(self.text)
        except ValueError as error:
            raise RefusedError(
                f"{self.asked} was answered by what is no JSON: {self.text[:SHOWN]!r}"
            ) from error

    def refused(self) -> RefusedError:
        """The error that this answer is."""
        return RefusedError(f"{self.asked} was answered {self.status}: {self.text[:SHOWN].strip()!r}")


async def call(  # noqa: PLR0913 - an HTTP call has these parts
    method: str,
    address: str,
    path: str,
    deadline_s: float,
    *,
    json: object = None,
    headers: dict[str, str] | None = None,
) -> HttpAnswer:
    """Make one call to ``address`` (host:port) on a connection of its own.

    Raises:
        TargetGoneError: nothing listens there.
        DeadlineError: no whole answer after ``deadline_s`` seconds.
        RefusedError: the connection broke.
    """
    asked = f"{method} http://{address}{path}" + (f" {jsonlib.dumps(json)}" if json is not None else "")
    timeout = aiohttp.ClientTimeout(total=deadline_s)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(method, f"http://{address}{path}", json=json, headers=headers) as response,
        ):
            return HttpAnswer(asked, response.status, await response.text(errors="replace"))
    except TimeoutError:
        raise DeadlineError(f"{asked} was not answered within {deadline_s:g} s") from None
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, ConnectionRefusedError):
            raise TargetGoneError(f"{asked}: nothing listens at {address}") from error
        raise RefusedError(f"{asked} found no way: {error}") from error
    except aiohttp.ClientError as error:
        raise RefusedError(f"{asked} broke off: {error!r}") from error
