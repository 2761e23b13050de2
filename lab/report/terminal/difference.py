"""Two runs side by side in the terminal: what changed, what did not, and what is undetermined."""

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.analysis.tournament import Differences
from lab.analysis.tournament.figure_change import ChangeWord, FigureChange
from lab.report import headline_figures as figures
from lab.report.words import clean

_STYLES: dict[ChangeWord, str] = {"changed": "bold yellow", "not changed": "green", "unclear": "magenta"}

_WRITE = {"share": figures.share, "x": figures.ratio, "ms": figures.millis, "s": figures.seconds}


def say_difference(console: Console, differences: Differences) -> None:
    """Who is compared, what was set differently, a line a figure, and why no more can be said."""
    for side, runs in (("A", differences.a), ("B", differences.b)):
        console.print(f"{side}  {', '.join(map(clean, runs))}", markup=False, highlight=False)
    for what in differences.set_differently:
        console.print(f"differs in {clean(what)}", markup=False, highlight=False, style="dim")
    for why in differences.unlike:
        console.print(f"can't be compared: {clean(why)}", markup=False, highlight=False, style="magenta")
    console.print(_table(differences))
    if not differences.unlike:
        for because in dict.fromkeys(change.because for change in differences.changes):
            names = ", ".join(c.figure for c in differences.changes if c.because == because)
            console.print(f"{names}: {because}.", style="dim", markup=False, highlight=False)
        if differences.seconds is not None:
            console.print(
                f"What has bounds is of the {differences.seconds} s since the trigger's start that both have.",
                style="dim", highlight=False,
            )  # fmt: skip
        console.print(
            "B - A: the difference, and the bounds within which it lies with 95 % confidence.", style="dim"
        )


def _table(differences: Differences) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("figure", overflow="fold", max_width=24)
    for heading in ("A", "B", "B - A"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for change in differences.changes:
        word = Text(change.word, _STYLES[change.word])
        table.add_row(change.figure, _said(change.a, change), _said(change.b, change), _apart(change), word)
    return table


def _said(value: float | str | None, change: FigureChange) -> str:
    if value is None or isinstance(value, str):
        return clean(value or figures.NONE)
    return _WRITE[change.unit](value)


def _apart(change: FigureChange) -> str:
    """``+12 % (+8 % .. +16 %)``."""
    if change.difference is None:
        return ""
    apart = _signed(change.difference, change)
    if change.low is None or change.high is None:
        return apart
    return f"{apart} ({_signed(change.low, change)} .. {_signed(change.high, change)})"


def _signed(value: float, change: FigureChange) -> str:
    return f"{'-' if value < 0 else '+'}{_WRITE[change.unit](abs(value))}"
