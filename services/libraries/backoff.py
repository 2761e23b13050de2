"""backoff: the first example of its README, around `requests.get`.

    @backoff.on_exception(backoff.expo,
                          requests.exceptions.RequestException)
    def get_url(url):
        return requests.get(url)

It never gives up: waits are drawn from 0 to 1, 2, 4, 8 ... s (full jitter), without a bound. `requests.get` makes a
Session for each attempt, and so a connection; it doesn't raise for a status, so a 503 is an answer.
"""

import threading
from collections.abc import Mapping

import backoff
import requests

from services.libraries.library import Reply, Route
from services.libraries.requests import open_session
from services.libraries.threads import Threaded


class ClosedError(Exception):
    """The service ends while this call would have been retried."""


class Backoff:
    """`@backoff.on_exception(backoff.expo, requests.exceptions.RequestException)` on a GET."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._closed = threading.Event()

    def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """A GET, retried for ever."""
        response = self._get_url(url, headers)
        return Reply(response.status_code, response.content)

    def close(self) -> None:
        """No further attempt is made."""
        self._closed.set()

    @backoff.on_exception(backoff.expo, requests.exceptions.RequestException)
    def _get_url(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        if self._closed.is_set():
            raise ClosedError(f"GET {url}: the client was closed")
        with open_session(self._route) as session:  # what requests.get does, with our proxy and address
            return session.get(url, headers=headers, timeout=self._route.timeout_s)


def open_library(route: Route) -> Threaded:
    """A thread for each call."""
    return Threaded(Backoff(route))
