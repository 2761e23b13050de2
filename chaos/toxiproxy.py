"""Toxiproxy's API: the only file that imports the client library.

The library (toxiproxy-python 0.1.1) lists and creates proxies. Its faults are kept from everyone else: its
host is a global (so calls take turns), it has no timeouts and takes an HTTP 500 for success (so it gets a
transport of ours that has and doesn't). Toxics go by HTTP, here as well.

Every call has a deadline, every change is read back, an error says what was asked and what the server has.
``/reset`` is never called: it would remove everyone's toxics.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
import toxiproxy
import toxiproxy.api

from chaos.errors import ChaosError, DeadlineError, RefusedError, TargetGoneError
from chaos.http import SHOWN, call
from chaos.toxic import Proxy, Toxic

T = TypeVar("T")
_TURN = threading.Lock()
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Toxiproxy:
    """The API at ``address`` (host:port). ``deadline_s`` is for one change together with its read-back."""

    address: str
    deadline_s: float = 3.0

    async def proxies(self) -> dict[str, Proxy]:
        """All listeners by name."""
        found = await self._by_library(lambda server: list(server.proxies().values()))
        return {p.name: Proxy(p.name, p.listen, p.upstream, p.enabled) for p in found}

    async def create(self, name: str, listen: str, upstream: str) -> Proxy:
        """Make a listener; ``listen`` and ``upstream`` are host:port."""
        made = await self._by_library(
            lambda server: server.create(upstream=upstream, name=name, listen=listen)
        )
        return Proxy(made.name, made.listen, made.upstream, made.enabled)

    async def enable(self, proxy: str, *, enabled: bool) -> None:
        """Open or close a listener; closing it resets every connection."""
        async with self._deadline(f"proxy {proxy} enabled={enabled}"):
            await self._post(f"/proxies/{proxy}", {"enabled": enabled})
            now = (await self.proxies()).get(proxy)
            if now is None or now.enabled is not enabled:
                raise RefusedError(
                    f"{self.address} was asked for proxy {proxy} enabled={enabled}; it has {now}"
                )

    async def toxics(self, proxy: str) -> dict[str, Toxic]:
        """All toxics of a listener by name, everyone's."""
        answer = await call("GET", self.address, f"/proxies/{proxy}/toxics", self.deadline_s)
        try:
            return {toxic.name: toxic for toxic in map(Toxic.model_validate, answer.json())}
        except (TypeError, ValueError) as error:
            raise RefusedError(
                f"{answer.asked} was answered by no toxics: {answer.text[:SHOWN]!r}"
            ) from error

    async def add(self, proxy: str, toxic: Toxic) -> None:
        """Add a toxic. One of the same name and effect is fine; another effect is refused."""
        async with self._deadline(f"toxic {toxic}"):
            if toxic.name not in await self.toxics(proxy):
                await self._post(f"/proxies/{proxy}/toxics", toxic.model_dump())
            await self._expect(proxy, toxic)

    async def update(self, proxy: str, toxic: Toxic) -> None:
        """Give the toxic of this name other attributes and another toxicity, on open connections as well."""
        async with self._deadline(f"toxic {toxic}"):
            body = {"attributes": toxic.attributes, "toxicity": toxic.toxicity}
            await self._post(f"/proxies/{proxy}/toxics/{toxic.name}", body)
            await self._expect(proxy, toxic)

    async def remove(self, proxy: str, name: str) -> None:
        """Remove the toxic of this name; no such toxic is fine."""
        async with self._deadline(f"removal of toxic {name}"):
            path = f"/proxies/{proxy}/toxics/{name}"
            answer = await call("DELETE", self.address, path, self.deadline_s)
            now = (await self.toxics(proxy)).get(name)
            if now is not None:
                raise RefusedError(f"{answer.asked} was answered {answer.status}; the server still has {now}")

    async def _expect(self, proxy: str, toxic: Toxic) -> None:
        now = (await self.toxics(proxy)).get(toxic.name)
        if not toxic.same_as(now):
            raise RefusedError(f"{self.address} was asked for {toxic} on proxy {proxy}; it has {now}")

    async def _post(self, path: str, body: object) -> None:
        answer = await call("POST", self.address, path, self.deadline_s, json=body)
        if not answer.ok:
            raise answer.refused()

    @asynccontextmanager
    async def _deadline(self, asked: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self.deadline_s):
                yield
        except TimeoutError:
            raise DeadlineError(f"{self.address} did not get to {asked} in {self.deadline_s:g} s") from None

    async def _by_library(self, use: Callable[[Any], T]) -> T:
        """Run the library's blocking calls in a thread; its transport ends them at the deadline."""
        async with self._deadline("an answer about its proxies"):
            try:
                return await asyncio.to_thread(_take_turn, self.address, self.deadline_s, use)
            except requests.Timeout:
                raise TimeoutError from None
            except ChaosError:
                raise
            except requests.ConnectionError as error:
                if "Connection refused" in str(error):
                    raise TargetGoneError(f"nothing listens at {self.address}") from error
                raise RefusedError(f"Toxiproxy at {self.address} broke off: {error}") from error
            except Exception as error:  # what the library makes of an answer that is none
                raise RefusedError(f"Toxiproxy at {self.address} gave no proxies: {error!r}") from error


def _take_turn(address: str, deadline_s: float, use: Callable[[Any], T]) -> T:
    """Point the library to ``address``, give it our transport, use it: one at a time."""
    end_s = time.monotonic() + deadline_s
    if not _TURN.acquire(timeout=deadline_s):
        raise requests.Timeout
    try:
        host, _, port = address.rpartition(":")
        toxiproxy.api.requests = _Transport(end_s)
        server = toxiproxy.Toxiproxy()
        server.update_api_consumer(host, int(port))
        return use(server)
    finally:
        _TURN.release()


@dataclass(frozen=True, slots=True)
class _Transport:
    """Stands where the library looks for ``requests``: a deadline, no HTTP proxy, and a 5xx is an error."""

    end_s: float

    def get(self, url: str, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as in requests
        return self._ask("GET", url, kwargs)

    def post(self, url: str, **kwargs: Any) -> requests.Response:  # noqa: ANN401
        return self._ask("POST", url, kwargs)

    def _ask(self, method: str, url: str, kwargs: dict[str, Any]) -> requests.Response:
        left_s = self.end_s - time.monotonic()
        if left_s <= 0:
            raise requests.Timeout
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, url, timeout=left_s, **kwargs)
        if answer.status_code >= SERVER_ERROR:
            raise RefusedError(f"{method} {url} was answered {answer.status_code}: {answer.text[:SHOWN]!r}")
        return answer
