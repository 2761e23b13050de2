"""Where a lab tips: the values that were tried as a table, and the band in a sentence."""

from rich import box
from rich.console import Console
from rich.table import Table

from lab.analysis.tournament.tipping import Looked, Tipping


def say_tipping(console: Console, found: Tipping) -> None:
    """The points, the band, and a run from each side of it."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(found.vary, justify="right")
    table.add_column("stayed stuck", justify="right")
    table.add_column("so it is")
    for point in found.points:
        table.add_row(found.show(point.value), point_words(point), point.outcome or "?")
    console.print(table)
    for line in said(found):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def point_words(point: Looked) -> str:
    """How many of the runs at a value stayed stuck."""
    return f"{point.stuck} of {point.judged}"


def said(found: Tipping) -> list[str]:
    """What was found, for people."""
    if found.doubtful is not None:
        reasons = [run.reason for run in found.at(found.doubtful).runs if run.reason]
        why = reasons[-1] if reasons else "whether it stayed stuck is undetermined"
        return [f"At {found.show(found.doubtful)} too many runs could not be judged: {why}"]
    if found.never_up_to is None or found.always_from is None:
        ends = " and ".join(f"{found.show(one.value)} ({one.outcome} stuck)" for one in _ends(found))
        return [f"No tipping point between {ends}: widen `from` and `to`."]
    low, high = found.show(found.never_up_to), found.show(found.always_from)
    return [
        (
            f"This lab tips between {low} and {high}: up to the first it always came back by itself, from the second "
            "on it never did."
        ),
        f"Just below, {low}: lab report {found.at(found.never_up_to).runs[-1].run}",
        f"Just above, {high}: lab report {found.at(found.always_from).runs[-1].run}",
    ]


def _ends(found: Tipping) -> tuple[Looked, Looked]:
    return found.points[0], found.points[-1]
