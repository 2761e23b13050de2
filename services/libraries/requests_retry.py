"""requests with urllib3's Retry: what the page "Advanced Usage" of requests shows under "Automatic Retries".

    s = Session()
    retries = Retry(
        total=3,
        backoff_factor=0.1,
        status_forcelist=[502, 503, 504],
        allowed_methods={'POST'},
    )
    s.mount('https://', HTTPAdapter(max_retries=retries))

Here it is mounted on http://, and `allowed_methods` is left at its default (the idempotent ones): our calls are GETs.
"""

from urllib3.util import Retry

from services.libraries.library import Route
from services.libraries.requests import Requests
from services.libraries.threads import Threaded


def open_library(route: Route) -> Threaded:
    """A thread for each call."""
    retries = Retry(total=3, backoff_factor=0.1, status_forcelist=[502, 503, 504])
    return Threaded(Requests(route, max_retries=retries))
