"""Ways of watching the same storm, side by side in the terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from lab.analysis.planes.comparison import Survival
from lab.report import figures
from lab.report.words import clean

COLUMNS = ("way of watching", "storm", "kept in trigger", "after it", "blind", "back-filled", "paged", "silence")
"""``paged`` and ``silence``: seconds from the trigger's start to the first page, and to the dead-man's switch."""


def say_comparison(console: Console, found: Sequence[Survival]) -> None:
    """A line a mode for the shared plane, and the ops plane of all runs beneath them."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in COLUMNS[:2] else "right")
    for one in found:
        if one.plane == "shared":
            table.add_row(clean(one.mode), *_cells(one))
    for one in found:
        if one.plane == "ops":
            table.add_row(f"(ops, beside {clean(one.mode)})", *_cells(one), style="dim")
    console.print(table)
    console.print(
        "kept: share of the scrapes of main. blind: asked live; back-filled: asked again when all was over. "
        "paged, silence: from the trigger to the plane's first page, and to the dead-man's switch about it.",
        style="dim",
    )
    for one in found:
        if one.plane == "shared" and not one.vouched:
            console.print(f"? {one.mode}: {one.verdict}; the lab does not vouch for these figures", markup=False)


def _cells(one: Survival) -> tuple[str, ...]:
    score = one.score
    storm = {True: "stuck", False: "over", None: figures.NONE}[one.stuck] + ("" if one.vouched else " ?")
    return (
        storm,
        figures.share(one.kept_trigger),
        figures.share(one.kept_aftermath),
        figures.seconds(score.blind_s),
        figures.seconds(score.blind_backfilled_s),
        figures.seconds(score.time_to_detect_s),
        figures.seconds(score.time_to_silence_alarm_s),
    )
