"""Where does this lab tip? A drill with a ``search``: many runs on one lab, and a band."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from chaos.process.files import replace_text
from lab.analysis.tournament.computed_tipping import Carried, carried, compute
from lab.analysis.tournament.tipping import Bisection, Looked, StuckCount, Tipping, Tried
from lab.campaign.one_lab import OneLab, one_lab
from lab.campaign.reports import PointFound, Reporter, ReportListener
from lab.campaign.stops import Stops
from lab.drillfile import Drill, Search
from lab.session import Request, Result, create_run_folder

MOST_POINTS = 12
"""Values looked at; halving a gap twelve times makes any band narrow enough."""
AGAIN = 2
"""So many further seeds are tried at a value where a run could not be judged."""

VALID = frozenset({"pass", "fail"})
"""Verdicts of runs whose figures can be trusted."""
UNITS = {"trigger": "s", "rate": "/s"}


@dataclass(slots=True)
class _Looking:
    """A search under way: its folder, what was found at each value so far, and what its runs say of the device."""

    drill: Drill
    search: Search
    folder: Path
    bisection: Bisection
    looked: dict[float, Looked] = field(default_factory=dict)
    carried: list[Carried | None] = field(default_factory=list)

    def tell(self, looked: Looked) -> bool:
        """Take what was found at a value; whether enough of it could be judged to go on."""
        self.looked[looked.value] = looked
        if looked.outcome is not None:
            self.bisection.tell(StuckCount(looked.value, looked.stuck, looked.judged))
        return looked.outcome is not None

    def found(self, runtime: str) -> Tipping:
        """All of it."""
        band = self.bisection.band or (None, None)
        return Tipping(
            drill=self.drill.name,
            runtime=runtime,
            vary=self.search.vary,
            unit=UNITS[self.search.vary],
            never_up_to=band[0],
            always_from=band[1],
            doubtful=next((one.value for one in self.looked.values() if one.outcome is None), None),
            points=tuple(self.looked[value] for value in sorted(self.looked)),
            computed=compute(self.drill, self.carried),
        )


async def find_tipping(asked: Request, stops: Stops, listener: ReportListener | None = None) -> Tipping:
    """Bisect what the drill varies on one living lab; each value gets the drill's number of seeds.

    Raises:
        SetupError: the lab could not be brought up.
        ChaosError: something could not be undone.
        AbortedByUser, Interrupted: an end was asked for.
    """
    search = asked.drill.search
    if search is None:
        raise ValueError(f"drill {asked.drill.name} has no `search`")
    folder = asked.home / "searches" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{asked.drill.name}"
    looking = _Looking(asked.drill, search, folder, Bisection(search.low, search.high, search.resolution))
    report = Reporter(listener)
    async with one_lab(asked, f"search-{asked.drill.name}", stops, report) as lab:
        while (value := looking.bisection.next) is not None and len(looking.looked) < MOST_POINTS:
            goes_on = looking.tell(await _look_at(lab, looking, value))
            report(PointFound(search.vary, UNITS[search.vary], looking.looked[value]))
            if not goes_on:
                break
    found = looking.found(asked.runtime)
    replace_text(folder / "search.json", found.model_dump_json(indent=2) + "\n")
    return found


async def _look_at(lab: OneLab, looking: _Looking, value: float) -> Looked:
    """Run the drill at a value until enough runs could be judged, or too many could not."""
    results: list[Result] = []
    while len(_judged(results)) < looking.search.seeds and len(results) < looking.search.seeds + AGAIN:
        number = len(results) + 1
        seeded = looking.drill.at(value).with_overrides(seed=looking.drill.seed + number - 1)
        folder = create_run_folder(lab.host.request.home, seeded.name, looking.folder / f"{value:g}-{number}")
        doing = f"{looking.search.vary} {value:g}, run {number}"
        results.append(lab.ended(doing, await lab.run(seeded, folder, doing)))
    looking.carried += [carried(one.timeline) for one in results if one.verdict.verdict in VALID]
    judged = _judged(results)
    enough = len(judged) == looking.search.seeds
    return Looked(
        value=value,
        stuck=sum(judged),
        judged=len(judged),
        outcome=StuckCount(value, sum(judged), len(judged)).outcome if enough else None,
        runs=tuple(_tried(result) for result in results),
    )


def _judged(results: list[Result]) -> list[bool]:
    """Whether the valid runs stayed stuck."""
    valid = [one.verdict.metrics.stuck for one in results if one.verdict.verdict in VALID]
    return [stuck for stuck in valid if stuck is not None]


def _tried(result: Result) -> Tried:
    reasons = result.verdict.reasons
    return Tried(
        run=str(result.folder.path),
        verdict=result.verdict.verdict,
        stuck=result.verdict.metrics.stuck,
        reason=reasons[0] if reasons else None,
    )
