"""urllib3 by itself: `http.request("GET", url)`, as its user guide begins. Three retries at once, no timeout.

"By default, urllib3 will retry requests 3 times and follow up to 3 redirects." (User Guide, "Retrying Requests")
"""

from collections.abc import Mapping

import urllib3
from urllib3.connection import HTTPConnection

from services.libraries.attempt_source import pool_arguments
from services.libraries.library import Reply, Route
from services.libraries.threads import Threaded


class Urllib3:
    """`http.request("GET", url)`."""

    def __init__(self, route: Route) -> None:
        arguments = pool_arguments(route.source, HTTPConnection.default_socket_options)
        if route.timeout_s is not None:
            arguments["timeout"] = route.timeout_s
        self.http = urllib3.ProxyManager(route.bridge, **arguments)  # type: ignore[arg-type]  # a dict of keywords

    def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """A GET, retried."""
        response = self.http.request("GET", url, headers=headers)
        return Reply(response.status, response.data)

    def close(self) -> None:
        """Close the kept connections."""
        self.http.clear()


def open_library(route: Route) -> Threaded:
    """A thread for each call."""
    return Threaded(Urllib3(route))
