"""The lab's own client or a library: the setting `library` says which makes a service's calls."""

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any, Self

from aiohttp import web
from yarl import URL

from services.client import Answer, Client, get_for, over_bridge
from services.kit import priority
from services.kit.call_log import CallLog
from services.kit.env import BindAddresses, required
from services.kit.request_id import request_id
from services.libraries.library_client import LibraryClient
from services.libraries.library_settings import SwitchableClientSettings


class SwitchableClient:
    """Two clients, of which one is in use. The other one ends what it has begun.

    Each counts for itself: `source` says who counts (client: the lab's own, bridge: a library), and a reader takes
    a change of it for a new beginning. A second in which it changed has the cohort of the one in use.
    """

    def __init__(self, lab: Client, library: LibraryClient) -> None:
        self._lab = lab
        self._library = library

    @classmethod
    def over_bridge(
        cls, settings: SwitchableClientSettings, place: BindAddresses, chance: random.Random, to: str | None
    ) -> Self:
        """The clients of a service that calls `to`. A library goes over BRIDGE only, never over the reserve."""
        library = LibraryClient(
            required(place.environment, "BRIDGE", "http://bridge:3128"),
            place.source,
            f"{place.service}->{to}",
        )
        return cls(over_bridge(settings, place, chance, to), library)

    def apply(self, settings: SwitchableClientSettings) -> None:
        """Go on with these settings, and with the client that they name."""
        self._lab.apply(settings)
        self._library.apply(settings)

    async def get_for(self, request: web.BaseRequest, url: URL) -> Answer:
        """GET `url` for a request that came in: its id and rank go along. A library keeps no deadline."""
        if not self._library.on:
            return await get_for(self._lab, request, url)
        return await self._library.call(str(url), request_id(request), priority.passed_on(request.headers))

    async def close(self) -> None:
        """Close both."""
        await self._lab.close()
        await self._library.close()

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
        """The entry `client` of /counters; of the lab's own client also what a library has still under way."""
        of_library = self._library.counters()
        if self._library.on:
            return of_library
        under_way = of_library["calls_in_flight"]
        return {"source": "client", **self._lab.counters(), "calls_in_flight": under_way}

    def cohorts(self, after: float, now_s: float) -> list[dict[str, Any]]:
        """The cohorts of both; in a second that both have, that of the one in use."""
        both = [self._lab.cohorts(after, now_s), self._library.cohorts(after, now_s)]
        other, used = both if self._library.on else reversed(both)
        by_second = {cohort["second"]: cohort for cohort in (*other, *used)}
        return [by_second[second] for second in sorted(by_second)]
