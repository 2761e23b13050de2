"""What a verdict says when this machine was too busy to measure on: no fault of the drill that was run."""

from collections.abc import Mapping
from typing import Any

MACHINE = (
    "capacity = headroom x rate",
    "capacity known",
    "saturated while calibrated",
    "share delivered while calibrated",
    "loop lag",
    "load's lag",
    "steal",
    "CPU of",
)
"""With these the reasons begin that nothing but the machine can be the cause of."""

MEASUREMENT = (
    *MACHINE,
    "aborted: abort-if was met: host_cpu_idle",
    "arrivals started",
    "truth samples",
    "CPU cap delivered",
)
"""And those that are about the machine where nothing else was done to the lab."""


def doubts(verdict: Mapping[str, Any]) -> list[str]:
    """The reasons that are about something else."""
    return [reason for reason in verdict["reasons"] if not reason.startswith(MEASUREMENT)]


def too_busy(verdict: Mapping[str, Any]) -> bool:
    """Whether it is inconclusive for nothing but the machine."""
    return verdict["verdict"] == "inconclusive" and not doubts(verdict)
