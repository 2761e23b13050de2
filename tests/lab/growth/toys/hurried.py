"""A toy layer of admission: nothing waits longer than a bound.

Source: none; it is for a test.
Defaults: bound 1 s.
"""

from services.admission.admission import Crowd
from services.admission.noop import NoopAdmission
from services.admission.spec import AdmissionSpec
from services.policies.parameters import Parameter


class Hurried(NoopAdmission):
    """Drop what has waited for ``bound_s`` seconds."""

    name = "hurried"

    def __init__(self, bound_s: float) -> None:
        self._bound_s = bound_s

    def patience_s(self, crowd: Crowd, now_s: float) -> float:
        """The bound."""
        return self._bound_s


SPEC = AdmissionSpec(
    "hurried",
    "guard",
    {"bound": Parameter("duration", default=1, least=0.01, most=60)},
    build=lambda given: Hurried(given["bound"]),
)
