"""What was done about a storm, and what it did: the table of a tournament whose contestants are mitigations."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from lab.analysis.tournament import Tournament
from lab.report import standing_words
from lab.report.terminal.ink import can_draw, cut
from lab.report.words import clean

_NAME = 22


def changes(console: Console, tournament: Tournament, names: Sequence[str]) -> Table:
    """Contestant by contestant, in the order of `names`: served while it was active, afterwards, back after."""
    write = str if can_draw(console) else standing_words.in_ascii
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("what was changed", no_wrap=True, overflow=cut(console), max_width=_NAME)
    several = len(tournament.triggers) > 1
    if several:
        table.add_column("trigger", no_wrap=True, overflow=cut(console))
    again = ["holds"] if tournament.retriggered else []
    for heading in ("active", "afterwards", "back after", *again):
        table.add_column(heading, justify="right", no_wrap=True, overflow=cut(console))
    for name in names:
        for trigger in tournament.triggers:
            score = tournament.score(name, trigger)
            table.add_row(
                clean(name),
                *([clean(trigger)] if several else []),
                write(standing_words.served(score.served_mitigation)),
                write(standing_words.served(score.served_recovery)),
                write(standing_words.back_after(score)),
                *(standing_words.held(score) for _ in again),
            )
    table.caption = (
        "active: the share of requests that was answered in time while the change was; afterwards: in the phase "
        "recovery, when it was taken away again. back after: since the change, in the median, and in how many runs."
    )
    if again:
        table.caption = table.caption.replace("when it was taken away again", "after the trigger came again")
    table.caption_justify = "left"
    return table
