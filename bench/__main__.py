"""``python -m bench``: run what is asked for, keep every row, and write docs/measured/benchmarks.md from all rows.

python -m bench storms --runtime embedded --seeds 10
python -m bench throttle --runtime embedded --seeds 10
python -m bench fresh
python -m bench ceiling --runtime embedded
python -m bench proofs --runtime embedded
python -m bench monitoring --runtime embedded
python -m bench policies
python -m bench places
python -m bench page                          only the page, from the rows that are kept
python -m bench                               all of it, on both runtimes: about 4 hours
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.ceiling import ceiling
from bench.fresh import fresh
from bench.monitoring import monitoring
from bench.page import write_page
from bench.places import places
from bench.policies import policies
from bench.proofs import proofs
from bench.rows import Rows
from bench.runs import ROOT
from bench.storms import storms
from bench.throttle import throttle

WORK: dict[str, Callable[[Rows, str, Sequence[int]], None]] = {
    "storms": storms,
    "throttle": throttle,
    "fresh": fresh,
    "ceiling": ceiling,
    "proofs": proofs,
    "monitoring": monitoring,
    "policies": policies,
    "places": places,
}


def main() -> None:
    """Parse, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=[*WORK, "page", "all"], default="all")
    parser.add_argument("--runtime", choices=["embedded", "compose"], action="append")
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds, from 1 on")
    asked = parser.parse_args()
    rows = Rows(ROOT / "docs" / "measured" / "benchmarks.jsonl", Path(ROOT / ".lab" / "bench"))
    for name in WORK if asked.what == "all" else [asked.what]:
        for runtime in asked.runtime or ["embedded", "compose"]:
            if name in WORK:
                WORK[name](rows, runtime, range(1, asked.seeds + 1))
    write_page(rows, ROOT / "docs" / "measured" / "benchmarks.md")


if __name__ == "__main__":
    main()
