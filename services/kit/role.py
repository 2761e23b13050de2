"""What a role file says: its settings, and how it answers."""

import json
import random
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from aiohttp import web

from services.kit.automation import Automation
from services.kit.call_log import CallLog
from services.kit.counters import Counters
from services.kit.env import BindAddresses
from services.kit.live_settings import DataSettings, Live
from services.kit.worker_pool import Admission

S = TypeVar("S", bound=DataSettings)
Handler = Callable[[web.Request], Awaitable[web.Response]]
_JSON: Mapping[str, str] = MappingProxyType({"Content-Type": "application/json; charset=utf-8"})


def json_response(body: Mapping[str, object], status: int = 200) -> web.Response:
    """An answer in JSON."""
    return web.Response(body=json.dumps(body).encode(), status=status, headers=_JSON)


class CountsCalls(Protocol):
    """A client, as far as the control port knows it."""

    @property
    def log(self) -> CallLog | None:
        """Where its calls are logged; None: nowhere."""

    @property
    def errors(self) -> Mapping[str, int]:
        """Trouble of the machine by name."""

    def counters(self) -> dict[str, Any]:
        """The entry `client` of /counters."""

    def cohorts(self, after: float, now_s: float) -> list[dict[str, Any]]:
        """The cohorts of seconds later than `after`."""


class Role(Generic[S]):
    """A service without its ports. Subclasses say what is different about them.

    Args:
        place: Where it listens.
        live: Its settings.
    """

    name: ClassVar[str]
    why_alone: ClassVar[str] = ""
    """Why several processes can't play it; empty: they can."""
    settings: ClassVar[type[DataSettings]] = DataSettings
    calls: CountsCalls | None = None
    admission: Admission | None = None

    def __init__(self, place: BindAddresses, live: Live[S]) -> None:
        self.place = place
        self.live = live
        self.counters = Counters()
        self.answers = CallLog(f"{place.service} answers", self.counters.ends)
        self.chance = random.Random()  # noqa: S311  no secret

    async def start(self) -> None:
        """Begin; the loop runs, the ports are still closed."""

    async def stop(self) -> None:
        """End; the ports are closed."""

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """The answer to one request on the data port."""
        raise NotImplementedError

    def controls(self) -> Mapping[str, Handler]:
        """Further POST calls on the control port, by path; they ask for the token."""
        return {}

    def automations(self) -> Mapping[str, Automation]:
        """What it can begin on request, by name."""
        return {}

    def call_logs(self) -> tuple[CallLog, ...]:
        """What is logged each second in which something ended badly."""
        client = self.calls.log if self.calls else None
        return (self.answers,) if client is None else (self.answers, client)

    def extras(self, after: float) -> dict[str, Any]:  # noqa: ARG002  for subclasses
        """Further entries of /counters; `after` as the reader gave it."""
        return {}
