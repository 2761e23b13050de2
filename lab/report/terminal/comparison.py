"""Ways of watching the same storm, side by side in the terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from lab.analysis.planes.comparison import Survival
from lab.report import headline_figures as figures
from lab.report.words import clean

COLUMNS = ("way of watching", "storm", "kept", "blind", "later", "paged", "silence")


def say_comparison(console: Console, found: Sequence[Survival]) -> None:
    """A line a mode for the shared plane, and under each the ops plane that watched the same storm."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in COLUMNS[:2] else "right", no_wrap=True)
    for one in sorted(found, key=lambda one: (one.run, one.plane == "ops")):
        if one.plane == "ops":
            table.add_row("  ops beside it", "", *_cells(one), style="dim")
        else:
            table.add_row(clean(one.mode), _storm(one), *_cells(one))
    console.print(table)
    console.print(
        "kept: of the scrapes of main, after the trigger was gone. blind: asked live; later: asked again when all was "
        "over. paged, silence: from the trigger to the plane's first page, and to the dead-man's switch about it.",
        style="dim",
    )
    for one in found:
        if one.plane != "ops" and not one.valid:
            console.print(
                f"? {one.mode}: {one.verdict}; these figures are discarded: an instrument check failed",
                markup=False,
            )


def _storm(one: Survival) -> str:
    said = {True: "stuck", False: "recovered", None: figures.NONE}[one.stuck]
    return said if one.valid else f"{said} ?"


def _cells(one: Survival) -> tuple[str, ...]:
    score = one.score
    return (
        figures.share(one.kept_aftermath),
        figures.seconds(score.stale_s),
        figures.seconds(score.stale_backfilled_s),
        figures.seconds(score.detection_time_s),
        figures.seconds(score.time_to_dead_mans_switch_s),
    )
