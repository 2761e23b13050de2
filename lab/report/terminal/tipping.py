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
        return [f"No tipping point between {ends}: widen `from` and `to`.", *computed_words(found)]
    low, high = found.show(found.never_up_to), found.show(found.always_from)
    return [
        (
            f"This lab tips between {low} and {high}: up to the first it always came back by itself, from the second "
            "on it never did."
        ),
        f"Just below, {low}: lab report {found.at(found.never_up_to).runs[-1].run}",
        f"Just above, {high}: lab report {found.at(found.always_from).runs[-1].run}",
        *computed_words(found),
    ]


def computed_words(found: Tipping) -> list[str]:
    """What the model of a storm says to it, with all that went into it; nothing where it was not asked."""
    computed = found.computed
    if computed is None:
        return []
    if computed.because is not None:
        return [f"Not computed: {computed.because}."]
    given = (
        f"capacity {computed.capacity_rps:g}/s, {computed.abandoned_rps:g}/s of connections that were given up, "
        f"{computed.throttled_rps:g}/s under the throttle, queue {computed.queue}, timeout {computed.timeout_s:g} s, "
        f"{computed.attempts} attempts per request"
    )
    if computed.value is None:
        return [f"Computed: it does not tip in what was searched ({given})."]
    ends = [found.show(end) for end in (computed.low, computed.high) if end is not None]
    between = f" ({' to '.join(ends)} by the capacity's interval)" if len(ends) > 1 else ""
    chance = "" if computed.chance_s is None else f", give or take {computed.chance_s:g} s by chance"
    return [f"Computed: {found.show(computed.value)}{between}{chance}, {_beside(found)}: {given}."]


def _beside(found: Tipping) -> str:
    """Where what was computed lies, from the measured band."""
    value = found.computed.value if found.computed else None
    if found.holds_computed is None or value is None or found.never_up_to is None:
        return "and no band was measured"
    if found.holds_computed:
        return "within the measured band"
    return "below the measured band" if value < found.never_up_to else "above the measured band"


def _ends(found: Tipping) -> tuple[Looked, Looked]:
    return found.points[0], found.points[-1]
