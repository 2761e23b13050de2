"""The variants of a drill, one below the other in the terminal: what was measured of each, and its verdict."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from lab.analysis import Verdict
from lab.drillfile import Drill
from lab.report import headline_figures as figures
from lab.report.words import clean

MARKS = {True: "met", False: "NOT met", None: "?"}


def say_variants(console: Console, drill: Drill, verdicts: Sequence[Verdict]) -> None:
    """A line an expectation of each run, in the order of the runs; nothing for a drill without variants."""
    if not drill.variants:
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("variant", "seed", "verdict", "expected", "measured", ""):
        table.add_column(column, justify="right" if column in {"seed", "measured"} else "left")
    for verdict in verdicts:
        name = clean(verdict.drill.removeprefix(f"{drill.name}."))
        head: tuple[str, ...] = (name, str(verdict.seed), verdict.verdict)
        for judged in verdict.expectations:
            cells = (judged.name, figures.measured(judged), MARKS[judged.met])
            table.add_row(*head, *(clean(cell) for cell in cells))
            head = ("", "", "")
        if not verdict.expectations:
            table.add_row(*head, "", "", "")
    console.print(table)
