"""``python -m bench``: run what is asked for, keep every row, and write docs/measured/benchmarks.md from all rows.

python -m bench storms --runtime embedded --seeds 10
python -m bench throttle --runtime embedded --seeds 10
python -m bench fresh
python -m bench first-run --seeds 25          `make drill` quiet and beside a busy core: 80 minutes for both
python -m bench ceiling --runtime embedded
python -m bench herd --runtime embedded       200, 1,000 and 5,000 clients at once: memory of each, arrivals, verdict
python -m bench proofs --runtime embedded
python -m bench tipping --runtime embedded    about 50 minutes
python -m bench monitoring --runtime embedded
python -m bench policies
python -m bench attempts                      the CPU of an attempt beside a bare aiohttp client's: a minute or two
python -m bench places
python -m bench games --runtime embedded      reference players in game days: 15 minutes for each seed and scenario
python -m bench checks --runtime embedded     the instrument checks (bench/checks.py): about 2.5 hours a runtime
python -m bench page                          only the pages, from the rows that are kept
python -m bench                               all but checks and games, on both runtimes: about 7 hours
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.attempt_cost import attempts
from bench.ceiling import ceiling
from bench.checks import AskedFor, ask_again, checks
from bench.checks_page import write_checks_page
from bench.defects import DEFECTS
from bench.first_runs import first_runs
from bench.fresh import fresh
from bench.games import WHAT as GAMES
from bench.games import games
from bench.healthy import RUNS
from bench.herds import herd
from bench.monitoring import monitoring
from bench.page import write_page
from bench.places import places
from bench.policies import policies
from bench.proofs import proofs
from bench.rows import Rows
from bench.runs import ROOT
from bench.storms import storms
from bench.throttle import throttle
from bench.tipping_points import tipping

WORK: dict[str, Callable[[Rows, str, Sequence[int]], None]] = {
    "storms": storms,
    "throttle": throttle,
    "fresh": fresh,
    "first-run": first_runs,
    "ceiling": ceiling,
    "herd": herd,
    "proofs": proofs,
    "tipping": tipping,
    "monitoring": monitoring,
    "policies": policies,
    "attempts": attempts,
    "places": places,
    GAMES: games,
}


MEASURED = ROOT / "docs" / "measured"
RUNTIMES = ("embedded", "compose")
SEEDS = 10


def main() -> None:
    """Parse, measure, write."""
    asked = _parser().parse_args()
    runtimes, folder = asked.runtime or RUNTIMES, Path(ROOT / ".lab" / "bench")
    if asked.what in {"checks", "page"}:
        rows = Rows(asked.rows or MEASURED / "checks.jsonl", folder)
        page = rows.file.with_suffix(".md")
        if asked.what == "checks" and asked.again:
            ask_again(rows, page)
        elif asked.what == "checks":
            wanted = AskedFor(runtimes, asked.condition or (), asked.planted or (), asked.seeds)
            checks(rows, wanted, page)
        write_checks_page(rows, page)
    if asked.what != "checks":
        rows = Rows(MEASURED / "benchmarks.jsonl", folder)
        for name in [one for one in WORK if one != GAMES] if asked.what == "all" else [asked.what]:
            for runtime in runtimes:
                if name in WORK:
                    WORK[name](rows, runtime, range(1, (asked.seeds or SEEDS) + 1))
        write_page(rows, MEASURED / "benchmarks.md")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=[*WORK, "checks", "page", "all"], default="all")
    parser.add_argument("--runtime", choices=RUNTIMES, action="append")
    parser.add_argument(
        "--seeds",
        type=int,
        help=f"how many seeds, from 1 on (default: {SEEDS}; checks: as many as there are to be)",
    )
    parser.add_argument(
        "--condition", choices=RUNS, action="append", help="checks: only healthy runs in this condition"
    )
    parser.add_argument(
        "--planted", choices=[*DEFECTS, "all"], action="append", help="checks: only this defect"
    )
    parser.add_argument(
        "--rows", type=Path, help="checks: keep the rows in this file, and the page beside it"
    )
    parser.add_argument(
        "--again", action="store_true", help="checks: only ask the checks anew about the runs that are kept"
    )
    return parser


if __name__ == "__main__":
    main()
