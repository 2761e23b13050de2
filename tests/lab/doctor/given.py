"""Readings as a test wants them."""

from dataclasses import replace
from typing import Any

from lab.cgroups import CpuLimit
from lab.doctor.cost import REFERENCE_PIECE_MS
from lab.doctor.machine_readings import Readings

GOOD = Readings(
    seconds=5.0, cores=2, idle_cores=1.95, granted_cores=2.0, asked_cores=2, piece_ms=REFERENCE_PIECE_MS,
    piece_jitter=1.3, late_p95_ms=0.2, late_p99_ms=0.6, steal_share=0.0, throttled_s=0.0, cpu_limit=None,
    others_cores=0.0, memory_free_bytes=8 * 10**9, memory_limit=None,
)  # fmt: skip
"""Two idle cores as fast as those of the costs."""


def given(**changed: Any) -> Readings:  # noqa: ANN401 - stands for any field
    """Good readings but for these."""
    return replace(GOOD, **changed)


def cpu_limit(cores: float) -> CpuLimit:
    """A control group's."""
    return CpuLimit("/fs/container", cores, used_s_total=0.0, throttled_s_total=0.0)
