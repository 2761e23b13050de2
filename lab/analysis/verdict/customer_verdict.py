"""What a verdict says of single customers of the load."""

from collections.abc import Mapping

from lab.drillfile.frozen import Frozen


class StepFigures(Frozen):
    """A step of a customer's sessions, over all phases.

    Attributes:
        sent: requests sent; ``good`` had a correct answer in time, ``failed`` by kind.
        latency_p50_ms: of the good ones, from the step's own start; ``latency_p99_ms`` alike.
    """

    sent: int
    good: int
    failed: Mapping[str, int] = {}
    latency_p50_ms: float | None = None
    latency_p99_ms: float | None = None


class CustomerInPhase(Frozen):
    """A customer in a phase: sessions scheduled and good per second, the share that was not good, latency."""

    offered_rps: float | None = None
    goodput_rps: float | None = None
    error_ratio: float | None = None
    latency_p50_ms: float | None = None
    latency_p99_ms: float | None = None


class CustomerFigures(Frozen):
    """A customer's figures: as ``Figures`` has them for all, of its sessions alone.

    Attributes:
        failed: sessions that were not good, over all phases, by kind.
        steps: by name, where its sessions have several.
    """

    offered_rps: float | None = None
    goodput_baseline_rps: float | None = None
    goodput_trigger_rps: float | None = None
    goodput_after_trigger_rps: float | None = None
    stuck: bool | None = None
    stuck_s: float | None = None
    time_to_recover_s: float | None = None
    censored_at_s: float | None = None
    back_from_s: float | None = None
    latency_p50_ms: float | None = None
    latency_p99_ms: float | None = None
    failed: Mapping[str, int] = {}
    steps: Mapping[str, StepFigures] = {}
