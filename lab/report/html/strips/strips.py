"""The picture of the planes: truth, and what each dashboard showed, one over the other on one time axis.

What really happened          offered ┄ goodput ━
What the shared plane showed  its answer ━ beside the truth ┄, blind spans hatched, pages as lines with their names
What the ops plane showed     the same
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from lab.analysis.planes import PlaneRow
from lab.analysis.timeline.timeline import Timeline
from lab.report import headline_figures as figures
from lab.report.html.flags import Flag
from lab.report.plane_view import PlaneState, Span, WatchedPlane, page_name, sight, spans

TRUTH = "truth"
"""Key of the first strip; the others have their plane's name."""

_ROOM = 1.12
"""Height of the strips' common scale, over the highest figure."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One strip: ``note`` stands at its right, ``blind`` are the spans to hatch, ``flags`` the pages with a name.

    ``short`` is the title where room is scarce.
    """

    key: str
    title: str
    short: str
    note: str
    blind: tuple[Span, ...] = ()
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """The strips, top to bottom; ``rows`` has a line a second; ``top_rps`` is the end of their common scale."""

    strips: tuple[Strip, ...]
    rows: list[dict[str, Any]]
    top_rps: float

    @property
    def sights(self) -> set[PlaneState]:
        """What the legend has to explain."""
        return {span.sight for strip in self.strips for span in strip.blind}


def picture(timeline: Timeline, seen: tuple[WatchedPlane, ...], last_s: float) -> Picture | None:
    """The picture of a run until ``last_s``; None where no plane watched."""
    if not seen:
        return None
    rows = _rows(timeline, seen)
    drawn = ("offered", "good", *(watch.name for watch in seen))
    top = max((row[key] for row in rows for key in drawn if row[key] is not None), default=0.0)
    truth = Strip(TRUTH, "What really happened", "Truth", "as counted by load and services")
    return Picture((truth, *(_strip(watch, last_s) for watch in seen)), rows, top * _ROOM or 1.0)


def _rows(timeline: Timeline, seen: tuple[WatchedPlane, ...]) -> list[dict[str, Any]]:
    """What the script draws, a line a second: figures under a plane's name, and what to say when pointed at."""
    made: list[dict[str, Any]] = [
        {
            "second": row.second, "base": 0, "offered": row.offered, "good": row.good,
            f"{TRUTH}_said": f"{figures.rate(row.good)} of {figures.rate(row.offered)} offered",
        }
        for row in timeline.rows
    ]  # fmt: skip
    for watch in seen:
        at = {row.second: row for row in watch.rows}
        told = _pages_by_second(watch)
        for line in made:
            row = at.get(line["second"], PlaneRow(line["second"], None, None, None, None))
            line |= {
                watch.name: row.answered_goodput_rps,
                f"{watch.name}_truth": row.truth_goodput_rps,
                f"{watch.name}_said": "; ".join([_said(row), *told[line["second"]]]),
            }
    return made


def _said(row: PlaneRow) -> str:
    """``98/s``, or ``blind (no answer)``."""
    shown = "no answer" if row.answered_goodput_rps is None else figures.rate(row.answered_goodput_rps)
    return {
        "sees": shown,
        "blind": f"blind ({shown})",
        "filled": f"blind ({shown}), filled in later",
        "unknown": f"{shown}, not judged",
    }[sight(row)]


def _pages_by_second(watch: WatchedPlane) -> defaultdict[int, list[str]]:
    told: defaultdict[int, list[str]] = defaultdict(list)
    for page in watch.pages:
        said = f"page: {page_name(page.alert, page.state)}"
        if said not in told[int(page.received_s)]:
            told[int(page.received_s)].append(said)
    return told


def _strip(watch: WatchedPlane, last_s: float) -> Strip:
    flags: dict[str, Flag] = {}
    for page in sorted(watch.pages, key=lambda one: one.received_s):
        if page.received_s <= last_s:
            text = page_name(page.alert, page.state)
            flags.setdefault(text, Flag(page.received_s, text, quiet=page.state == "resolved"))
    return Strip(
        watch.name,
        f"What the {watch.name} plane showed",
        f"{watch.name.capitalize()} plane",
        _note(watch),
        tuple(spans(watch.rows)),
        tuple(flags.values()),
    )


def _note(watch: WatchedPlane) -> str:
    if watch.score is None or watch.score.stale_s is None:
        return "not judged"
    return "never blind" if watch.score.stale_s == 0 else f"blind for {watch.score.stale_s} s"
