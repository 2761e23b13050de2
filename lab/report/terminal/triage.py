"""What the logs alone show: a table where the terminal has 80 columns, else a line for each call and outcome."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.analysis.logs.triage import LogState, Triage
from lab.analysis.logs.trouble import RECENT_S, ErrorEpisode
from lab.report import headline_figures as figures
from lab.report.words import clean

_WIDTHS = {"call": 20, "outcome": 9, "count": 9, "per s": 7, "since": 8, "ago": 7, "until": 13}
_RIGHT = {"count", "per s", "ago"}
_STYLE = {"going on": "red", "over": "green", "unknown (log ends)": "magenta"}
_SAID = {"going on": "going on", "over": "over", "unknown (log ends)": "log ends"}
"""States as they fit their column."""
_LEAST_WIDTH = 80
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
_SHORT = 2


def say_triage(console: Console, found: Triage) -> None:
    """Print the table, worst first, and how far the logs may be trusted."""
    end = "no line has a time" if found.end_s is None else f"up to {_clock(found.end_s)} UTC"
    _say(console, f"From the logs alone, {end}:")
    if found.troubles:
        if console.width >= _LEAST_WIDTH:
            console.print(_table(found))
        else:
            for line in _lines(found):
                _say(console, line)
        _say(console, f"per s: in the latest {RECENT_S} s; since, until: UTC")
    else:
        _say(console, "No call ended badly, as far as the logs show.")
    for call, episode in (
        (trouble.call, episode) for trouble in found.troubles for episode in trouble.errors if episode.earlier
    ):
        _say(
            console,
            f"{clean(call)}: {figures.count(episode.earlier)} more {clean(episode.outcome)}, in an earlier episode",
        )
    if example := _example(found):
        _say(console, f"one of them: lab logs --grep {example}")
    for service, state in found.logs.items():
        for doubt in _doubts(state):
            _say(console, f"{clean(service)}: {doubt}")


def _table(found: Triage) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name, width in _WIDTHS.items():
        table.add_column(
            name,
            width=width,
            justify="right" if name in _RIGHT else "left",
            no_wrap=True,
            overflow="ellipsis",
        )
    for trouble in found.troubles:
        call = trouble.call
        for episode in trouble.errors:
            table.add_row(clean(call), *_cells(episode, found.end_s or 0))
            call = ""
        if trouble.good_per_s is not None:
            table.add_row("", "ok", "", figures.number(trouble.good_per_s), style="dim")
    return table


def _lines(found: Triage) -> Iterator[str]:
    """The same as the table, for a narrow terminal, which wraps them."""
    for trouble in found.troubles:
        for episode in trouble.errors:
            outcome, count, per_s, since, ago, until = _cells(episode, found.end_s or 0)
            yield (
                f"{clean(trouble.call)} {outcome}: {count}, {per_s} per s, since {since} ({ago} ago), "
                f"{'until ' if episode.state == 'over' else ''}{until}"
            )


def _cells(episode: ErrorEpisode, end_s: float) -> Iterator[Text]:
    until = _clock(episode.until_s) if episode.state == "over" else _SAID[episode.state]
    yield Text(clean(episode.outcome))
    yield Text(figures.count(episode.count))
    yield Text(figures.number(episode.per_s))
    yield Text(_clock(episode.since_s))
    yield Text(_ago(end_s - episode.since_s))
    yield Text(until, _STYLE[episode.state])


def _doubts(state: LogState) -> Iterator[str]:
    if state.missing:
        yield "there is no log of it; what it did is not in this table"
    if state.dropped:
        yield f"its rate limit dropped {figures.count(state.dropped)} lines; the counts don't depend on them"
    if state.unreadable:
        yield f"{figures.count(state.unreadable)} of {figures.count(state.lines)} lines are no JSON; left out"
    if state.backwards:
        yield f"its clock went back {figures.count(state.backwards)} x; its times are in doubt"


def _example(found: Triage) -> str | None:
    known = (episode.request_id for trouble in found.troubles for episode in trouble.errors)
    return next((request_id for request_id in known if request_id is not None), None)


def _clock(instant_s: float) -> str:
    return f"{datetime.fromtimestamp(instant_s, UTC):%H:%M:%S}"


def _ago(span_s: float) -> str:
    for unit_s, unit in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "min")):
        if span_s >= _SHORT * unit_s:
            return f"{span_s / unit_s:.0f} {unit}"
    return f"{max(0.0, span_s):.0f} s"


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True, emoji=False)
