"""The figures that two runs are compared by: where each is read, and how much of it makes no difference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lab.analysis.tournament import seconds
from lab.analysis.tournament.cell import Cell
from lab.analysis.tournament.seconds import Sample


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a run.

    Attributes:
        key: the cell's field.
        name: in plain words.
        unit: of its value (``share``, ``x``, ``ms``, ``s``).
        margin: what makes no difference, in this unit; ``relative``: as a share of A's value.
        over: the same figure of any seconds of a run; None: it can't be made from single seconds.
    """

    key: str
    name: str
    unit: str
    margin: float
    relative: bool = False
    over: Callable[[Sequence[Sample]], float | None] | None = None

    def read(self, cell: Cell) -> float | None:
        """The value of a whole run."""
        value = getattr(cell, self.key)
        return None if value is None else float(value)

    def margin_at(self, value: float) -> float:
        """The margin beside a value, in the figure's unit."""
        return self.margin * abs(value) if self.relative else self.margin


FIGURES: tuple[Figure, ...] = (
    Figure("lost_share", "goodput lost", "share", 0.05, over=seconds.lost_share),
    Figure(
        "amplification",
        "amplification since the trigger",
        "x",
        0.10,
        relative=True,
        over=seconds.amplification,
    ),
    Figure("amplification_peak", "amplification, peak", "x", 0.10, relative=True),
    Figure("latency_p99_ms", "latency p99", "ms", 0.20, relative=True, over=seconds.latency_p99_ms),
    Figure("rejected_share", "attempts rejected", "share", 0.05, over=seconds.rejected_share),
    Figure("wasted_attempts_share", "wasted attempts", "share", 0.05, over=seconds.wasted_attempts_share),
    Figure("abandoned_work_share", "abandoned work", "share", 0.05),
    Figure("time_to_recover_s", "time to recover", "s", 5.0),
    Figure("unfairness", "unfairness between clients", "share", 0.05),
)
