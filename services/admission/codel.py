"""Controlled delay: a burst may wait, a standing queue may not.

    the queue was empty within the last `interval`:  work may wait `interval`
    it was not:                                      work may wait `target`

Each piece of work gets its patience when it starts to wait; whoever has waited longer is dropped.

Source: "Fail at Scale" (B. Maurer, ACM Queue 13(8), 2015), with N = 100 ms and M = 5 ms there, which is K. Nichols' and
V. Jacobson's CoDel ("Controlling Queue Delay", ACM Queue 10(5), 2012) brought from packets to requests.
Defaults: target 5 ms, interval 100 ms.
"""

from services.admission.admission import Crowd
from services.admission.noop import NoopAdmission
from services.admission.spec import AdmissionSpec
from services.policies.parameters import Parameter, in_order


class Codel(NoopAdmission):
    """Short patience while a queue stands.

    Args:
        target_s: How long work may wait in a standing queue, in seconds (M).
        interval_s: A queue stands that has not been empty for so long; until then work may wait so long (N).
    """

    name = "codel"

    def __init__(self, target_s: float, interval_s: float) -> None:
        self._target_s = target_s
        self._interval_s = interval_s

    def patience_s(self, crowd: Crowd, now_s: float) -> float:
        """`target` where a queue stands, else `interval`."""
        return self._target_s if crowd.empty_s < now_s - self._interval_s else self._interval_s


SPEC = AdmissionSpec(
    "codel",
    "guard",
    {
        "target": Parameter("duration", default=0.005, least=0.0001, most=60, looser="more"),
        "interval": Parameter("duration", default=0.1, least=0.001, most=60, looser="more"),
    },
    checks=(in_order("target", "interval"),),
    build=lambda given: Codel(given["target"], given["interval"]),
)
