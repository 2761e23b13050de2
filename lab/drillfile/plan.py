"""A tournament's plan: who meets which trigger, on one lab. A cell is one of each, with a seed: a whole drill."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.drillfile.model import Drill


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """One run of a plan."""

    contestant: str
    trigger: str
    seed: int
    drill: Drill

    @property
    def name(self) -> str:
        """Tells it from all others of its plan; fit for a folder."""
        return f"{self.contestant}--{self.trigger}--{self.seed}"


@dataclass(frozen=True, slots=True)
class Field:
    """Who takes part: names in the plan's order, and the seeds."""

    contestants: tuple[str, ...]
    triggers: tuple[str, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as read from ``file``. ``drills``: of each contestant under each trigger; ``quick``: a first answer's."""

    file: Path
    name: str
    title: str
    description: str
    whole: Field
    quick: Field
    drills: Mapping[tuple[str, str], Drill]
    text: str

    def cells(self, field: Field) -> Iterator[PlannedCell]:
        """Every run of a field. Seeds are outermost: a machine that changes slowly changes for all contestants."""
        for seed in field.seeds:
            for trigger in field.triggers:
                for contestant in field.contestants:
                    drill = self.drills[contestant, trigger].with_overrides(seed=seed)
                    yield PlannedCell(contestant, trigger, seed, drill)
