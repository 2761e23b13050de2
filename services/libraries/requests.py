"""requests: one Session for everything ("Advanced Usage", Session Objects). No retries and no timeout.

"Most requests to external servers should have a timeout attached, in case the server is not responding in a timely
manner. By default, requests do not time out unless a timeout value is set explicitly." ("Advanced Usage", Timeouts)
"""

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from services.libraries.attempt_source import pool_arguments
from services.libraries.library import Reply, Route
from services.libraries.threads import Threaded


class FromSource(HTTPAdapter):
    """The usual adapter, with connections that come from one address."""

    def __init__(self, source: str | None, **usual: Any) -> None:  # noqa: ANN401  HTTPAdapter's arguments
        self._pool_arguments = pool_arguments(source, HTTPConnection.default_socket_options)
        super().__init__(**usual)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:  # noqa: ANN401  HTTPAdapter's signature
        """The pool of connections to a proxy."""
        return super().proxy_manager_for(proxy, **self._pool_arguments, **proxy_kwargs)


def open_session(route: Route, **adapter: Any) -> requests.Session:  # noqa: ANN401  HTTPAdapter's arguments
    """A Session with its defaults: up to 10 kept connections to the proxy, more when more are needed."""
    session = requests.Session()
    session.trust_env = False  # proxies and .netrc of the machine must not decide
    session.proxies = {"http": route.bridge}
    session.mount("http://", FromSource(route.source, **adapter))
    return session


class Requests:
    """`session.get(url)`."""

    def __init__(self, route: Route, **adapter: Any) -> None:  # noqa: ANN401  HTTPAdapter's arguments
        self.session = open_session(route, **adapter)
        self.timeout_s = route.timeout_s  # None is also what requests has where nothing is said

    def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """One GET; with a timeout, so long to connect and so long between two bytes."""
        response = self.session.get(url, headers=headers, timeout=self.timeout_s)
        return Reply(response.status_code, response.content)

    def close(self) -> None:
        """Close the kept connections."""
        self.session.close()


def open_library(route: Route) -> Threaded:
    """A thread for each call."""
    return Threaded(Requests(route))
