"""First come, first served: what a queue does that no one thought about.

    next  =  the oldest of those who wait

In a queue that is longer than its clients' patience every answer comes too late: all work is done, none is of use.
Source: "Fail at Scale" (B. Maurer, ACM Queue 13(8), 2015), which says why it is wrong while a queue stands.
"""

from services.admission.admission import Crowd
from services.admission.noop import NoopAdmission
from services.admission.spec import AdmissionSpec


class Fifo(NoopAdmission):
    """The oldest is next."""

    name = "fifo"

    def newest_first(self, crowd: Crowd, now_s: float) -> bool | None:  # noqa: ARG002  Layer's signature
        """Never."""
        return False


SPEC = AdmissionSpec("fifo", "discipline", {}, build=lambda _given: Fifo())
