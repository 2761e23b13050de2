"""Calls over the bridge by a real library. It makes its own attempts, and doesn't say how many.

So calls and their ends are counted here. Attempts are the connections that it begins to open (`Connects`) and the
requests on kept ones, which router sees: the analysis adds them up (docs/reference/libraries.md).
"""

import asyncio
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from yarl import URL

from services.client import Answer
from services.kit.call_log import CallLog
from services.kit.cohorts import Cohorts
from services.kit.histogram import Histogram
from services.kit.request_id import HEADER
from services.libraries.client_libraries import LAB, open_library
from services.libraries.connects import Connects
from services.libraries.library import Library, Reply, Route
from services.libraries.library_settings import DEFAULT, LibrarySettings
from services.libraries.outcomes import from_error, from_status, trouble
from services.policies import Outcome, OutcomeKind

NONE: Mapping[str, str] = MappingProxyType({})
"""No further headers."""


class _Lease:
    """A library and the calls that it is making."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.calls: set[asyncio.Task[Reply]] = set()


class LibraryClient:
    """The client of one service, when its calls are made by a library.

    A change of library or timeout holds from the next call on. Calls under way go on with the library that they began
    with, which is closed when the last of them has ended.

    Args:
        bridge: The proxy's URL.
        source: The address that connections come from; None: the system chooses.
        log: What the log calls its calls, such as storefront->auth.
    """

    def __init__(self, bridge: str, source: str | None, log: str) -> None:
        self.errors: dict[str, int] = {}
        self.outcomes: dict[str, int] = {kind.value: 0 for kind in OutcomeKind}
        self.log = CallLog(log, lambda: self.outcomes)
        self._bridge, self._source = bridge, source
        self._said: tuple[str, float | str] = (LAB, DEFAULT)
        self._lease: _Lease | None = None
        self._connects: Connects | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._old: set[_Lease] = set()
        self._calls, self._in_flight = 0, 0
        self._cohorts, self._latency = Cohorts(), Histogram()

    @property
    def on(self) -> bool:
        """Whether a library makes the calls; else the lab's own client does."""
        return self._lease is not None

    def apply(self, settings: LibrarySettings) -> None:
        """From the next call on: this library with this timeout."""
        said = (settings.library, settings.library_timeout_s)
        if said == self._said:
            return
        timeout_s = None if isinstance(settings.library_timeout_s, str) else settings.library_timeout_s
        route = Route(self._bridge, self._source, timeout_s)
        new = None if settings.library == LAB else _Lease(open_library(settings.library, route))
        if new is not None and self._connects is None:
            self._connects = Connects(URL(self._bridge).port or 80)
        old, self._lease, self._said = self._lease, new, said
        if old is not None:
            self._old.add(old)
            self._close_unused(old)

    def counters(self) -> dict[str, Any]:
        """What the control port reports. Attempts are null: the library doesn't count them."""
        library, timeout_s = self._said
        timeout = "default timeouts" if timeout_s == DEFAULT else f"timeout {timeout_s:g} s"
        return {
            "source": "bridge",
            "calls_total": self._calls,
            "attempts_total": None,
            "first_attempts_total": None,
            "outcomes_total": self.outcomes,
            "attempts_in_flight": None,
            "connects_total": self._connects.total if self._connects else None,
            "calls_in_flight": self._in_flight,
            "calls_queued": self._lease.library.queued if self._lease else None,
            "latency": self._latency.as_json(),
            "latency_sum_ms": round(self._latency.sum_ms, 3),
            "policy": f"{library}, {timeout}",
            "breaker": None,
        }

    def cohorts(self, after: float, now_s: float) -> list[dict[str, Any]]:
        """The calls by the second of their start, for seconds later than `after`."""
        return [cohort | {"attempts": None} for cohort in self._cohorts.as_json(after, now_s)]

    async def call(self, url: str, request_id: str, headers: Mapping[str, str] = NONE) -> Answer:
        """One GET by the library in use; all its attempts carry the request's id, and these headers.

        Raises:
            RuntimeError: No library is in use.
        """
        lease = self._lease
        if lease is None:
            raise RuntimeError("no library is in use: the setting `library` is `lab`")
        started_s = time.monotonic()
        cohort = self._cohorts.begin(started_s)
        self._calls, self._in_flight = self._calls + 1, self._in_flight + 1
        answer = Answer(Outcome(OutcomeKind.OTHER))
        try:
            answer = await self._answer(lease, url, {**headers, HEADER: request_id})
        finally:
            took_ms = (time.monotonic() - started_s) * 1000
            self._in_flight -= 1
            self.outcomes[answer.outcome.kind.value] += 1
            self._latency.add(took_ms)
            cohort.end(answer.failure, took_ms)
            if answer.failure is not None:
                self.log.failed(answer.failure, request_id, None, took_ms)
            self._close_unused(lease)
        return answer

    async def close(self) -> None:
        """Close every library, also those in use: what is under way ends, also what would be retried for ever."""
        leases = [*self._old, *([self._lease] if self._lease else [])]
        self._lease = None
        self._old.clear()
        for lease in leases:
            for call in lease.calls:
                call.cancel()
            await lease.library.close()
        while self._closing:
            await asyncio.gather(*self._closing)

    async def _answer(self, lease: _Lease, url: str, headers: Mapping[str, str]) -> Answer:
        call = asyncio.create_task(_get(lease.library, url, headers))
        lease.calls.add(call)
        try:
            status, body = await call
        except Exception as error:  # noqa: BLE001 - each library has errors of its own
            if (name := trouble(error)) is not None:
                self.errors[name] = self.errors.get(name, 0) + 1
            return Answer(from_error(error))
        finally:
            lease.calls.discard(call)
        return Answer(from_status(status), body)

    def _close_unused(self, lease: _Lease) -> None:
        """Close a library that was replaced, once no one uses it."""
        if lease in self._old and not lease.calls:
            self._old.discard(lease)
            task = asyncio.get_running_loop().create_task(lease.library.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


async def _get(library: Library, url: str, headers: Mapping[str, str]) -> Reply:
    return await library.get(url, headers)
