"""First come, first served in quiet times; last come, first served while a queue stands.

    newest first  <=>  the queue has not been empty for the last `after` seconds

Source: "Fail at Scale" (B. Maurer, ACM Queue 13(8), 2015): first in, first out in normal operation, and last in, first
out when a queue starts to form. It names no threshold; ours is the one by which the same article's CoDel knows a
standing queue (N = 100 ms), so that both agree.
Defaults: after 100 ms.
"""

from services.admission.admission import Crowd
from services.admission.noop import NoopAdmission
from services.admission.spec import AdmissionSpec
from services.policies.parameters import Parameter


class AdaptiveLifo(NoopAdmission):
    """The newest is next while a queue stands.

    Args:
        after_s: A queue stands that has not been empty for so long, in seconds.
    """

    name = "adaptive-lifo"

    def __init__(self, after_s: float) -> None:
        self._after_s = after_s

    def newest_first(self, crowd: Crowd, now_s: float) -> bool | None:
        """While a queue stands."""
        return now_s - crowd.empty_s > self._after_s


SPEC = AdmissionSpec(
    "adaptive-lifo",
    "discipline",
    {"after": Parameter("duration", default=0.1, least=0, most=60)},
    build=lambda given: AdaptiveLifo(given["after"]),
)
