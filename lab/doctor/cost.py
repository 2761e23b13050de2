"""What a request costs: CPU of the whole lab, from runs of which every second is kept.

Source: ``tests/data/golden/`` (recorded at commit f2c575a on two cores of an AMD EPYC, Python 3.11), where each
service, the load, the lab and the governor say once a second how much CPU they have used. Three phases, three unknowns:

    cores = base + requests/s x request + retries/s x retry

    hysteresis.naive, baseline    17 requests/s, no retries
    retry-storm, baseline        100 requests/s, no retries
    retry-storm, aftermath       100 requests/s, three retries each

A retry in a storm is cheaper than a request: it waits at the bridge and is given up. What the kernel and the engine do
for the lab is in no process of it: ``beside`` is the machine's busy time over the lab's, in the quietest baseline.
``tests/lab/doctor/test_cost.py`` works the figures out anew from these journals, and holds these to them within 2 %.

Speed: CPU times are taken to stretch with that of ``lab.doctor.measure.piece``, which is ``REFERENCE_PIECE_MS`` on that
machine (the median of 450; half of them were between 0.68 and 1.05). It was measured later, since journals don't have
it, and one core there varies that much from one second to the next: the largest uncertainty of a prediction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MB = 10**6
REFERENCE_PIECE_MS = 0.8


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU in cores and in ms for each; ``busiest`` is the process that uses most: the client service.

    ``memory_bytes`` is what all processes of the lab have, ``planes_bytes`` what both planes have beside them.
    """

    base_cores: float
    request_ms: float
    retry_ms: float
    busiest_base_cores: float
    busiest_request_ms: float
    busiest_retry_ms: float
    beside: float
    memory_bytes: int
    planes_bytes: int

    def cores(self, rate_rps: float, retries: float) -> float:
        """Of the whole lab, in a storm of so many requests/s with so many retries each."""
        return self.beside * (self.base_cores + rate_rps * (self.request_ms + retries * self.retry_ms) / 1000)

    def busiest_cores(self, rate_rps: float, retries: float) -> float:
        """Of the busiest process."""
        each_ms = self.busiest_request_ms + retries * self.busiest_retry_ms
        return self.busiest_base_cores + rate_rps * each_ms / 1000


COSTS: Mapping[str, Cost] = MappingProxyType(
    {
        "embedded": Cost(
            base_cores=0.1118, request_ms=3.398, retry_ms=0.5191,
            busiest_base_cores=0.0134, busiest_request_ms=1.054, busiest_retry_ms=0.4106,
            beside=1.021, memory_bytes=385 * MB, planes_bytes=195 * MB,
        ),
        "compose": Cost(
            base_cores=0.0846, request_ms=4.971, retry_ms=0.5227,
            busiest_base_cores=0.0127, busiest_request_ms=1.347, busiest_retry_ms=0.4208,
            beside=1.070, memory_bytes=370 * MB, planes_bytes=125 * MB,
        ),
    }
)  # fmt: skip
"""By runtime. Memory: the most that the services of `retry-storm` (`monitoring-blackout`: with planes) took in the same
journals, and 110 MB for the lab's own process."""
