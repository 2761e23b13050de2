"""Last come, first served, always: the newest is the one whose client most likely still waits.

    next  =  the newest of those who wait

Source: "Fail at Scale" (B. Maurer, ACM Queue 13(8), 2015), where it is used only while a queue stands
(`adaptive-lifo`); by itself it is unfair even in quiet times.
"""

from services.admission.admission import Crowd
from services.admission.noop import NoopAdmission
from services.admission.spec import AdmissionSpec


class Lifo(NoopAdmission):
    """The newest is next."""

    name = "lifo"

    def newest_first(self, crowd: Crowd, now_s: float) -> bool | None:  # noqa: ARG002  Layer's signature
        """Always."""
        return True


SPEC = AdmissionSpec("lifo", "discipline", {}, build=lambda _given: Lifo())
