"""Has each instrument check a false-alarm rate that is small, and does it catch the defect that it is for?

python -m bench checks --runtime embedded --condition quiet --seeds 5     healthy runs only, the first five
python -m bench checks --runtime compose --planted foreign-toxic          one planted defect only
python -m bench checks --runtime embedded                                 all: about 2.5 hours
python -m bench checks --again                                            today's checks, about the runs that are kept
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.asked import seen
from bench.checks_page import write_checks_page
from bench.defects import DEFECTS
from bench.healthy import RUNS, events_of, healthy
from bench.planted import TIMES, planted, reported
from bench.rows import Row, Rows, commit


def ask_again(rows: Rows, page: Path) -> None:
    """Ask today's checks, with today's limits, about every run whose folder is kept; no run is made."""

    def anew(row: Row) -> Row:
        folder = rows.folder / row["folder"]
        defect = DEFECTS.get(row.get("defect", ""))
        if not (folder / "journal.jsonl").exists() or ("defect" in row and defect is None):
            return row
        found = seen(events_of(folder)) if defect is None else reported(defect, folder)
        return {**row, **found, "asked_on": commit()}

    rows.rewrite(anew)
    write_checks_page(rows, page)


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What of it is to run. No condition and no defect: all; ``most``: of each at most so many runs (None: all)."""

    runtimes: Sequence[str]
    conditions: Sequence[str] = ()
    defects: Sequence[str] = ()
    most: int | None = None


def checks(rows: Rows, asked: AskedFor, page: Path) -> None:
    """Every run that has no row yet, and the page after each of them."""
    everything = not asked.conditions and not asked.defects
    for runtime in asked.runtimes:
        for condition in RUNS if everything else asked.conditions:
            for seed in _seeds(RUNS[condition], asked.most):
                healthy(rows, runtime, condition, [seed])
                write_checks_page(rows, page)
        for defect in DEFECTS.values():
            if runtime in defect.runtimes and (everything or {defect.name, "all"} & set(asked.defects)):
                for seed in _seeds(TIMES, asked.most):
                    planted(rows, runtime, defect, [seed])
                    write_checks_page(rows, page)


def _seeds(times: int, most: int | None) -> range:
    return range(1, (times if most is None else min(times, most)) + 1)
