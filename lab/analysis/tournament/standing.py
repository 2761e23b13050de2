"""A whole tournament: every cell, what each contestant came to under each trigger, and who is better than whom."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from lab.analysis.tournament.cell import Cell
from lab.analysis.tournament.rank import Ranking, rank
from lab.analysis.tournament.spread import Back, Spread, recoveries, spread
from lab.drillfile.frozen import Frozen
from lab.journal.events import CalibrationMeasured

SCHEMA = 2

Ended = Literal["recovered", "stuck", "borderline", "undetermined", "invalid", "not run"]
"""How a contestant's runs under a trigger ended, all seeds together.

``recovered``: no storm outlasted what was to end it (the trigger's end, or the mitigation that came); ``stuck``: every
one did; ``borderline``: some did. ``undetermined``: valid, but that is unknown (the trigger's end emptied the queue);
``invalid``: no run is valid.
"""


class Score(Frozen):
    """A contestant under one trigger, over its seeds. Figures are of valid runs alone; None: not measured.

    Attributes:
        runs: all that were made; ``valid`` of them count, ``told`` of these say whether they were stuck.
        stuck: how many were.
        holds: in how many the change held, did not, or was unsafe, where the trigger came again.
        back: when service was back, 'not back' included.
    """

    contestant: str
    trigger: str
    ended: Ended
    runs: int
    valid: int
    told: int
    stuck: int
    lost_share: Spread | None = None
    lost_requests: Spread | None = None
    served_mitigation: Spread | None = None
    served_recovery: Spread | None = None
    amplification_peak: Spread | None = None
    amplification_aftermath: Spread | None = None
    latency_p99_ms: Spread | None = None
    rejected: Spread | None = None
    rejected_share: Spread | None = None
    wasted_attempts_share: Spread | None = None
    abandoned_work_share: Spread | None = None
    unfairness: Spread | None = None
    back: Back | None = None
    holds: Mapping[str, int] = {}


SPREADS = (
    "lost_share",
    "lost_requests",
    "served_mitigation",
    "served_recovery",
    "amplification_peak",
    "amplification_aftermath",
    "latency_p99_ms",
    "rejected",
    "rejected_share",
    "wasted_attempts_share",
    "abandoned_work_share",
    "unfairness",
)
"""The figures of a cell that a score has a spread of, under the same name."""


class Tournament(Frozen):
    """What ``lab compare`` found.

    Attributes:
        plan: name of the plan, ``command`` what made it again.
        machine: as in ``run.opened``; ``calibrations`` what the one bridge of all runs could carry.
        contestants, triggers: in the plan's order (that in which their cells came).
        scores: one for each contestant and trigger, also where nothing was run.
        standings: places by trigger; ``overall`` over all of them, each trigger weighing the same.
    """

    schema_version: int = SCHEMA
    plan: str
    title: str
    command: str
    runtime: str
    machine: dict[str, Any]
    calibrations: tuple[CalibrationMeasured, ...]
    contestants: tuple[str, ...]
    triggers: tuple[str, ...]
    cells: tuple[Cell, ...]
    scores: tuple[Score, ...]
    standings: dict[str, Ranking]
    overall: Ranking

    def score(self, contestant: str, trigger: str) -> Score:
        """How a contestant fared under a trigger.

        Raises:
            KeyError: the tournament has no such pair.
        """
        for score in self.scores:
            if (score.contestant, score.trigger) == (contestant, trigger):
                return score
        raise KeyError(f"{contestant} under {trigger}: not in this tournament")

    @property
    def mitigated(self) -> bool:
        """Whether something was done about the storm in any run that counts, so that it can be said what it did."""
        return any(score.served_mitigation is not None for score in self.scores)

    @property
    def retriggered(self) -> bool:
        """Whether the trigger came again in any run that counts, so that it can be said which change held."""
        return any(score.holds for score in self.scores)

    @property
    def invalid(self) -> tuple[Cell, ...]:
        """The runs that don't count; each says why."""
        return tuple(cell for cell in self.cells if not cell.valid)


def make_tournament(  # noqa: PLR0913 - all that is needed to make a tournament again
    cells: Sequence[Cell],
    *,
    plan: str,
    title: str,
    command: str,
    runtime: str = "",
    machine: Mapping[str, Any] | None = None,
    calibrations: Sequence[CalibrationMeasured] = (),
    contestants: Sequence[str] = (),
    triggers: Sequence[str] = (),
) -> Tournament:
    """Sum up and rank.

    Args:
        cells: every finished run; of two with the same contestant, trigger and seed the later one counts.
        plan: the plan's name, and ``title`` and ``command`` as a person reads them.
        title: see ``plan``.
        command: see ``plan``.
        runtime: where all cells ran.
        machine: what it ran on.
        calibrations: of the one bridge.
        contestants: the plan's order, and those that have not run yet; by default those of the cells.
        triggers: alike.
    """
    newest = tuple({(cell.contestant, cell.trigger, cell.seed): cell for cell in cells}.values())
    names = tuple(dict.fromkeys([*contestants, *(cell.contestant for cell in newest)]))
    met = tuple(dict.fromkeys([*triggers, *(cell.trigger for cell in newest)]))
    return Tournament(
        plan=plan,
        title=title,
        command=command,
        runtime=runtime,
        machine=dict(machine or {}),
        calibrations=tuple(calibrations),
        contestants=names,
        triggers=met,
        cells=newest,
        scores=tuple(_score(name, trigger, newest) for name in names for trigger in met),
        standings={trigger: rank([cell for cell in newest if cell.trigger == trigger]) for trigger in met},
        overall=rank(newest),
    )


def _score(contestant: str, trigger: str, cells: Sequence[Cell]) -> Score:
    mine = [cell for cell in cells if (cell.contestant, cell.trigger) == (contestant, trigger)]
    valid = [cell for cell in mine if cell.valid]
    told = [cell.outlasted for cell in valid if cell.outlasted is not None]
    return Score(
        contestant=contestant,
        trigger=trigger,
        ended=_ended(mine, valid, told),
        runs=len(mine),
        valid=len(valid),
        told=len(told),
        stuck=sum(told),
        holds=dict(Counter(cell.holds for cell in valid if cell.holds is not None)),
        back=recoveries((cell.time_to_recover_s, cell.censored_at_s) for cell in valid),
        **{name: spread(getattr(cell, name) for cell in valid) for name in SPREADS},
    )


def _ended(mine: Sequence[Cell], valid: Sequence[Cell], told: Sequence[bool]) -> Ended:
    if not mine:
        return "not run"
    if not valid:
        return "invalid"
    if not told:
        return "undetermined"
    if all(told):
        return "stuck"
    return "borderline" if any(told) else "recovered"
