"""Where a lab tips: bisect what is varied until the band between *never stuck* and *always stuck* is narrow.

    low ─────────────┤ sometimes ├───────────── high
    0 of n stuck         k of n                n of n stuck

Runs with different seeds needn't agree near the tipping point, so the answer is a band, not a number: from the
greatest value below which no run stayed stuck to the least one above which every run did. The next value is the
middle of the wider of the two gaps that bound the band, so both of its edges are found.
"""

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from lab.analysis.tournament.computed_tipping import Computed

NEVER, SOMETIMES, ALWAYS = "never", "sometimes", "always"


@dataclass(frozen=True, slots=True)
class StuckCount:
    """``stuck`` of ``runs`` runs at ``value`` stayed stuck."""

    value: float
    stuck: int
    runs: int

    @property
    def outcome(self) -> str:
        """Never, sometimes or always."""
        if not self.stuck:
            return NEVER
        return ALWAYS if self.stuck == self.runs else SOMETIMES


@dataclass(slots=True)
class Bisection:
    """Finds the band in which the outcome changes.

    Args:
        low: where no run should stay stuck.
        high: where every run should.
        resolution: a gap that is not wider than this is not looked into.
    """

    low: float
    high: float
    resolution: float
    points: dict[float, StuckCount] = field(default_factory=dict)

    def tell(self, point: StuckCount) -> None:
        """What was found at a value."""
        self.points[point.value] = point

    @property
    def next(self) -> float | None:
        """The value to look at next; None: the band is known, or there is none between the two ends."""
        for end in (self.low, self.high):
            if end not in self.points:
                return end
        if self.band is None:
            return None
        gap = max(self._gaps(), key=lambda pair: pair[1] - pair[0])
        return None if gap[1] - gap[0] <= self.resolution else round((gap[0] + gap[1]) / 2, 6)

    @property
    def band(self) -> tuple[float, float] | None:
        """From the last value at which no run stayed stuck to the first from which on all did; None: no such two."""
        tested = sorted(self.points)
        never = [value for value in tested if self.points[value].outcome == NEVER]
        always = [value for value in tested if self.points[value].outcome == ALWAYS]
        if not never or not always:
            return None
        # Only what holds from an end on counts: a lab that is stuck at 3 s and not at 4 s tips somewhere in between.
        quiet = [v for v in never if all(self.points[w].outcome == NEVER for w in tested if w <= v)]
        stormy = [v for v in always if all(self.points[w].outcome == ALWAYS for w in tested if w >= v)]
        return (max(quiet), min(stormy)) if quiet and stormy else None

    def _gaps(self) -> list[tuple[float, float]]:
        """The gaps between tested values at the two edges of the band."""
        band = self.band
        if band is None:
            return []
        tested = sorted(self.points)
        after = tested[tested.index(band[0]) + 1]
        before = tested[tested.index(band[1]) - 1]
        return [(band[0], after), (before, band[1])]


class Tried(BaseModel):
    """One run of a search, and what it came to."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    run: str
    verdict: str
    stuck: bool | None
    reason: str | None


class Looked(BaseModel):
    """A value, the runs that were made at it, and the outcome of those that could be judged (None: too few)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    value: float
    stuck: int
    judged: int
    outcome: str | None
    runs: tuple[Tried, ...]


class Tipping(BaseModel):
    """``search.json``: what was varied, in which unit, what was found at each value, and the band (None: no band).

    ``doubtful``: the value at which the search ended, because too many of its runs could not be judged. ``computed``:
    where it should tip (None: a search of before that was worked out).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    schema_version: int = 1
    drill: str
    runtime: str
    vary: str
    unit: str
    never_up_to: float | None
    always_from: float | None
    doubtful: float | None
    points: tuple[Looked, ...]
    computed: Computed | None = None

    @property
    def holds_computed(self) -> bool | None:
        """Whether the measured band contains what was computed; None where there is either no band or no such value."""
        if self.never_up_to is None or self.always_from is None:
            return None
        if self.computed is None or self.computed.value is None:
            return None
        return self.never_up_to <= self.computed.value <= self.always_from

    def at(self, value: float) -> Looked:
        """What was found at a value."""
        return next(point for point in self.points if point.value == value)

    def show(self, value: float) -> str:
        """A value with its unit."""
        return f"{value:g} {self.unit}"
