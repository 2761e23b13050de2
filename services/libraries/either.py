"""What a service counts whose calls are made by the lab's own client or by a library: whichever is in use tells."""

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any, Self

from aiohttp import web
from yarl import URL

from services.client import Answer, Client, get_for, over_bridge
from services.kit.call_log import CallLog
from services.kit.env import Place, required
from services.kit.request_id import request_id
from services.libraries.client import LibraryClient
from services.libraries.settings import EitherSettings

EXAMPLE = "http://bridge:3128"


class Either:
    """The counters of two clients, of which one is in use.

    Each counts for itself: `source` says which one tells (client: the lab's own, bridge: a library), and a reader takes
    a change of it for a new beginning. A second in which it changed has the cohort of the one in use.
    """

    def __init__(self, lab: Client, library: LibraryClient) -> None:
        self._lab = lab
        self._library = library

    @classmethod
    def over_bridge(cls, settings: EitherSettings, place: Place, chance: random.Random, to: URL) -> Self:
        """Both clients of a service that calls the host of `to` over the bridge."""
        library = LibraryClient(required("BRIDGE", EXAMPLE), place.source, f"{place.service}->{to.host}")
        return cls(over_bridge(settings, place, chance, to.host), library)

    def apply(self, settings: EitherSettings) -> None:
        """Go on with these settings."""
        self._lab.apply(settings)
        self._library.apply(settings)

    async def close(self) -> None:
        """Close every connection of both."""
        await self._lab.close()
        await self._library.close()

    async def get_for(self, request: web.BaseRequest, url: URL) -> Answer:
        """GET `url` for a request that came in, by the one in use; a library is told no more than the id."""
        if self._library.on:
            return await self._library.call(str(url), request_id(request))
        return await get_for(self._lab, request, url)

    @property
    def log(self) -> CallLog | None:
        """The log of the lab's own client; the library's is `logs`' second."""
        return self._lab.log

    @property
    def logs(self) -> tuple[CallLog, ...]:
        """Both logs."""
        return tuple(log for log in (self._lab.log, self._library.log) if log is not None)

    @property
    def errors(self) -> Mapping[str, int]:
        """Trouble of the machine by name, in both."""
        return Counter(self._lab.errors) + Counter(self._library.errors)

    def counters(self) -> dict[str, Any]:
        """The entry `client` of /counters."""
        return self._library.counters() if self._library.on else {"source": "client", **self._lab.counters()}

    def cohorts(self, after: float, now_s: float) -> list[dict[str, Any]]:
        """The cohorts of both; in a second that both have, that of the one in use."""
        both = [self._lab.cohorts(after, now_s), self._library.cohorts(after, now_s)]
        other, used = both if self._library.on else reversed(both)
        by_second = {cohort["second"]: cohort for cohort in (*other, *used)}
        return [by_second[second] for second in sorted(by_second)]
