"""``lab run`` of a drill with a ``search``: where does this lab tip? Many runs on one lab, and a band."""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from lab.analysis.tipping import Bisection, Point
from lab.cli.exits import Exit
from lab.cli.on_one_lab import OneLab, one_lab
from lab.drillfile import Drill, Search
from lab.session import Request, Result, create_run_folder

MOST_POINTS = 12
"""Values looked at; halving a gap twelve times makes any band narrow enough."""
AGAIN = 2
"""So many further seeds are tried at a value where a run could not be judged."""

UNITS = {"trigger": "s", "rate": "/s"}


@dataclass(slots=True)
class Tipping:
    """What a search found, and the runs behind each of its points."""

    search: Search
    bisection: Bisection
    folder: Path
    runs: dict[float, list[Result]] = field(default_factory=dict)
    doubtful: float | None = None

    @property
    def points(self) -> list[Point]:
        """What was found at each value, in order."""
        return [self.bisection.points[value] for value in sorted(self.bisection.points)]

    def show(self, value: float) -> str:
        """A value with its unit."""
        return f"{value:g} {UNITS[self.search.vary]}"


async def find_tipping(asked: Request, console: Console) -> Tipping:
    """Bisect what the drill varies on one living lab; each value gets the drill's number of seeds.

    Raises:
        SetupError: the lab could not be brought up.
        ChaosError: something could not be undone.
    """
    search = asked.drill.search
    if search is None:
        raise ValueError(f"drill {asked.drill.name} has no `search`")
    folder = asked.root / ".lab" / "searches" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{asked.drill.name}"
    found = Tipping(search, Bisection(search.low, search.high, search.resolution), folder)
    async with one_lab(asked, f"search-{asked.drill.name}", console) as lab:
        while (value := found.bisection.next) is not None and len(found.points) < MOST_POINTS:
            point = await _look_at(lab, asked.drill, found, value)
            if point is None:
                found.doubtful = value
                break
            found.bisection.tell(point)
            said = f"{found.show(value)}: {point.stuck} of {point.runs} stayed stuck"
            console.print(said, markup=False, highlight=False)
    (folder / "search.json").write_text(json.dumps(as_json(found), indent=2) + "\n")
    return found


async def _look_at(lab: OneLab, drill: Drill, found: Tipping, value: float) -> Point | None:
    """Run the drill at a value until enough runs could be judged; None: too many could not."""
    judged: list[bool] = []
    runs = found.runs.setdefault(value, [])
    for number in range(found.search.seeds + AGAIN):
        seeded = drill.at(value).with_overrides(seed=drill.seed + number)
        folder = create_run_folder(
            lab.series.asked.root, drill.name, found.folder / f"{value:g}-{number + 1}"
        )
        runs.append(
            await lab.run(seeded, folder, f"{found.search.vary} {found.show(value)}, run {number + 1}")
        )
        verdict = runs[-1].verdict
        if verdict.verdict in {"pass", "fail"} and verdict.metrics.stuck is not None:
            judged.append(verdict.metrics.stuck)
        if len(judged) == found.search.seeds:
            return Point(value, sum(judged), len(judged))
    return None


def as_json(found: Tipping) -> dict[str, object]:
    """The points, the band (null where there is none) and the runs behind them."""
    band = found.bisection.band
    return {
        "schema": 1,
        "vary": found.search.vary,
        "unit": UNITS[found.search.vary],
        "band": None if band is None else {"never_up_to": band[0], "always_from": band[1]},
        "points": [asdict(point) | {"outcome": point.outcome} for point in found.points],
        "doubtful": found.doubtful,
        "runs": {
            f"{value:g}": [
                {
                    "run": str(run.folder.path),
                    "verdict": run.verdict.verdict,
                    "stuck": run.verdict.metrics.stuck,
                }
                for run in runs
            ]
            for value, runs in found.runs.items()
        },
    }


def say_tipping(console: Console, found: Tipping) -> None:
    """The points as a table, the band in a sentence, and a run from each side of it."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(found.search.vary, justify="right")
    table.add_column("stayed stuck", justify="right")
    table.add_column("so it is")
    for point in found.points:
        table.add_row(found.show(point.value), f"{point.stuck} of {point.runs}", point.outcome)
    console.print(table)
    for line in said(found):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def said(found: Tipping) -> list[str]:
    """What was found, for people."""
    band = found.bisection.band
    if found.doubtful is not None:
        runs = found.runs[found.doubtful]
        why = next(
            (r.verdict.reasons[0] for r in reversed(runs) if r.verdict.reasons), "stuck could not be told"
        )
        return [f"At {found.show(found.doubtful)} too many runs could not be judged: {why}"]
    if band is None:
        first, last = found.points[0], found.points[-1]
        return [(f"No tipping point between {found.show(first.value)} ({first.outcome} stuck) and "
                f"{found.show(last.value)} ({last.outcome} stuck): widen `from` and `to`.")]  # fmt: skip
    sides = [(f"just below, {found.show(band[0])}", band[0]), (f"just above, {found.show(band[1])}", band[1])]
    return [
        (
            f"This lab tips between {found.show(band[0])} and {found.show(band[1])}: up to the first it always came "
            "back by itself, from the second on it never did."
        ),
        *(f"{side}: lab report {found.runs[value][-1].folder.path}" for side, value in sides),
    ]


def exit_of(found: Tipping) -> Exit:
    """Pass: a band was found. Fail: both ends are alike. Inconclusive: a run could not be judged."""
    if found.doubtful is not None:
        return Exit.INCONCLUSIVE
    return Exit.FAIL if found.bisection.band is None else Exit.PASS
