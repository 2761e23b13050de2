"""A tournament in the terminal: who stood which trigger, at what price, and who is better than whom."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.analysis.tournament import Tournament
from lab.analysis.tournament.rank import Standing
from lab.analysis.tournament.standing import Ended, Score
from lab.report import headline_figures as figures
from lab.report import standing_words
from lab.report.terminal.changes import changes
from lab.report.terminal.ink import can_draw, cut
from lab.report.words import clean

_NAME, _CELL = 22, 14
"""Widths of a contestant's name and of a trigger's column."""

_STYLES: dict[Ended, str] = {
    "recovered": "green",
    "stuck": "red",
    "borderline": "yellow",
    "undetermined": "",
    "invalid": "magenta",
    "not run": "dim",
}


def say_tournament(console: Console, tournament: Tournament) -> None:
    """Outcomes by trigger, the price of each contestant, places, what does not count, and how to read it."""
    console.print(clean(tournament.title), style="bold", markup=False, highlight=False)
    console.print(_made_of(tournament), style="dim", markup=False, highlight=False)
    order = [one.contestant for one in tournament.overall.places]
    names = [*order, *(name for name in tournament.contestants if name not in order)]
    for triggers in _batches(tournament.triggers, max(1, (console.width - _NAME - 2) // _CELL)):
        console.print(_outcomes(console, tournament, names, triggers))
    _say_legend(console, tournament)
    if tournament.mitigated:
        console.print(changes(console, tournament, names))
    console.print(_prices(console, tournament, names))
    _say_places(console, tournament)
    _say_invalid(console, tournament)


def _made_of(tournament: Tournament) -> str:
    seeds, triggers = len({cell.seed for cell in tournament.cells}), len(tournament.triggers)
    known = [one.capacity_rps for one in tournament.calibrations if one.capacity_rps is not None]
    range_ = dict.fromkeys(figures.rate(capacity) for capacity in (known[:1] + known[-1:]))
    bridge = f", bridge {' to '.join(range_)}" if known else ""
    runs = len(tournament.cells)
    return (
        f"{runs} run{'' if runs == 1 else 's'}: {len(tournament.contestants)} contestants x "
        f"{triggers} trigger{'' if triggers == 1 else 's'} x {seeds} seed{'' if seeds == 1 else 's'}, "
        f"{clean(tournament.runtime) or 'one lab'}{bridge}"
    )


def _batches(triggers: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """As many triggers as fit beside each other, in as few tables as that takes, all about as wide."""
    tables = max(1, -(-len(triggers) // size))
    each = max(1, -(-len(triggers) // tables))
    return (triggers[start : start + each] for start in range(0, len(triggers), each))


def _outcomes(
    console: Console, tournament: Tournament, names: Sequence[str], triggers: Sequence[str]
) -> Table:
    """Contestants x triggers: a mark, and the goodput lost."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("goodput lost", no_wrap=True, overflow=cut(console), max_width=_NAME)
    for trigger in triggers:
        table.add_column(Text(clean(trigger)), width=_CELL - 1, overflow="fold")
    marks = standing_words.MARKS if can_draw(console) else standing_words.ASCII_MARKS
    for name in names:
        scores = [tournament.score(name, trigger) for trigger in triggers]
        table.add_row(Text(clean(name)), *(_cell(score, marks) for score in scores))
    return table


def _cell(score: Score, marks: dict[Ended, str]) -> Text:
    said = marks[score.ended] + standing_words.outcome(score)
    if score.ended not in {"not run", "invalid"}:
        said = f"{said} {_lost(score, marks)}"
    return Text(said, _STYLES[score.ended])


def _lost(score: Score, marks: dict[Ended, str]) -> str:
    said = standing_words.lost_of(score)
    return said if marks is standing_words.MARKS else standing_words.in_ascii(said)


def _say_legend(console: Console, tournament: Tournament) -> None:
    marks = standing_words.MARKS if can_draw(console) else standing_words.ASCII_MARKS
    shown = dict.fromkeys(score.ended for score in tournament.scores)
    for ended in (ended for ended in standing_words.MEANING if ended in shown and ended != "not run"):
        console.print(f"{marks[ended]}  {standing_words.MEANING[ended]}", markup=False, highlight=False)
    console.print(
        "%: of the load offered since the trigger's start, the share not served; then, how far the mean "
        "of the runs is known (95 %). For a borderline one, the least and the most.",
        style="dim", highlight=False,
    )  # fmt: skip


PRICES = (
    ("amp.", "amplification_aftermath", figures.ratio),
    ("p99", "latency_p99_ms", figures.millis),
    ("rejected", "rejected_share", standing_words.percent),
    ("wasted", "wasted_attempts_share", standing_words.percent),
    ("aband.", "abandoned_work_share", standing_words.percent),
    ("unfair", "unfairness", figures.ratio),
)
"""Heading, field of a score, and how it is written."""


_BACKS = "runs in which service came back while it was watched"
_BACK_AFTER = (
    "when, since the trigger's end or a mitigation's start, in the median; else, in so many of so many runs"
)


def _prices(console: Console, tournament: Tournament, names: Sequence[str]) -> Table:
    """What each contestant costs, as the mean over its triggers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("over all triggers", no_wrap=True, overflow=cut(console), max_width=_NAME)
    table.add_column("back", justify="right", no_wrap=True)
    for heading, _, _ in PRICES:
        table.add_column(heading, justify="right", no_wrap=True)
    one_trigger = len(tournament.triggers) == 1
    for name in names:
        scores = [tournament.score(name, trigger) for trigger in tournament.triggers]
        told = [write(standing_words.mean_of([getattr(s, key) for s in scores])) for _, key, write in PRICES]
        back = standing_words.back_shortly(scores[0]) if one_trigger else standing_words.backs(scores)
        table.add_row(clean(name), back, *told)
    table.caption = (
        f"back: {_BACK_AFTER if one_trigger else _BACKS}. amp.: attempts per request after the trigger. p99: "
        "of correct answers. rejected: attempts that a policy forbade. wasted: attempts without a "
        "correct answer. aband.: work done for clients that were gone. unfair: 0 where all clients fare alike. "
        "A dash: not measured."
    )
    table.caption_justify = "left"
    return table


def _say_places(console: Console, tournament: Tournament) -> None:
    places = tournament.overall.places
    console.print("Places, by goodput lost over all triggers", style="bold")
    if not any(pair.better for pair in tournament.overall.pairs):
        console.print(f"No ranking: {_why_none(places)}", markup=False, highlight=False)
        return
    for one in places:
        console.print(_place(one, tournament), markup=False, highlight=False)
    console.print(
        "A range: those who share it do not differ by more than the spread over the seeds.",
        style="dim",
    )


def _place(one: Standing, tournament: Tournament) -> str:
    name, met, asked = clean(one.contestant), len(one.triggers), len(tournament.triggers)
    if one.best is None:
        return f"    -  {name}: not ranked, {one.because}"
    return (
        f"{standing_words.place(one):>5}  {name}{'' if met == asked else f' (on {met} of {asked} triggers)'}"
    )


def _why_none(places: Sequence[Standing]) -> str:
    reasons = dict.fromkeys(one.because for one in places if one.best is None and one.because)
    return "; ".join(reasons) or "no difference is more than the spread over the seeds"


def _say_invalid(console: Console, tournament: Tournament) -> None:
    if not tournament.invalid:
        return
    console.print("Runs that don't count", style="bold")
    for where, seeds, reason in standing_words.not_counted(tournament):
        console.print(f"? {where}, {seeds}: {reason}", markup=False, highlight=False)
    console.print("Run these again: the same command with --again.", markup=False, highlight=False)
