"""``tournament.html``: who stood which trigger, at what price, and every run's goodput over time. One file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chaos.process.files import replace_text
from lab.analysis.tournament import Second, Tournament
from lab.analysis.tournament.rank import Pair
from lab.report import headline_figures as figures
from lab.report import standing_words
from lab.report.html.embed import inside
from lab.report.html.page import templates
from lab.report.html.panels import panels, shares
from lab.report.html.tables import flat
from lab.report.html.theme import THEMES

_SIZES = ("wide", "narrow")
_COSTS = (
    ("amplification_peak", figures.ratio),
    ("amplification_aftermath", figures.ratio),
    ("latency_p99_ms", figures.millis),
    ("rejected_share", standing_words.percent),
    ("wasted_attempts_share", standing_words.percent),
    ("abandoned_work_share", standing_words.percent),
    ("unfairness", figures.ratio),
)
"""A field of a score, and how it is written; the columns of what each contestant costs."""
_MOST_PAIRS = 300
"""More comparisons than this are left to ``tournament.json``."""


def write_tournament(path: Path, tournament: Tournament, series: Mapping[str, Sequence[Second]]) -> None:
    """Write the page, whole or not at all.

    Args:
        path: the file to write.
        tournament: what was found.
        series: rows of each run by its name, as ``series_of`` makes them; a run without any has no line.
    """
    replace_text(path, render_tournament(tournament, series))


def render_tournament(tournament: Tournament, series: Mapping[str, Sequence[Second]]) -> str:
    """The page as text."""
    ranked = [one.contestant for one in tournament.overall.places]
    shown = {score.ended for score in tournament.scores}
    met = [pair for pair in tournament.overall.pairs if pair.difference is not None]
    return templates().get_template("tournament.html.j2").render(
        t=tournament,
        names=[*ranked, *(name for name in tournament.contestants if name not in ranked)],
        scores={(score.contestant, score.trigger): score for score in tournament.scores},
        places={one.contestant: one for one in tournament.overall.places},
        pairs=met[:_MOST_PAIRS],
        more_pairs=len(met[_MOST_PAIRS:]),
        legend=[(mark, standing_words.MEANING[e]) for e, mark in standing_words.MARKS.items() if e in shown],
        classes={"recovered": "yes", "stuck": "no", "borderline": "unknown", "invalid": "unknown"},
        seeds=sorted({cell.seed for cell in tournament.cells}),
        not_counted=standing_words.not_counted(tournament),
        machine=flat(tournament.machine),
        drawn=any(series.get(cell.run) for cell in tournament.cells),
        costs=_COSTS,
        mean=_mean,
        backs=_backs,
        apart=_apart,
        words=standing_words,
        fmt=figures,
        **inside(["look.js", "tournament.js"], ["report.css", "tournament.css"], page_data(tournament, series)),
    )  # fmt: skip


def _mean(tournament: Tournament, name: str, figure: str) -> float | None:
    """A figure of a contestant over all its triggers, each weighing the same."""
    scores = [score for score in tournament.scores if score.contestant == name]
    return standing_words.mean_of([getattr(score, figure) for score in scores])


def _backs(tournament: Tournament, name: str) -> str:
    return standing_words.backs([score for score in tournament.scores if score.contestant == name])


def _apart(pair: Pair) -> str:
    """``-12 % (-15 .. -9)``: how much less (or more) the first one lost."""
    said = f"{100 * (pair.difference or 0):+.1f} %"
    if pair.low is None or pair.high is None:
        return said
    return f"{said} ({100 * pair.low:+.1f} .. {100 * pair.high:+.1f})"


def page_data(tournament: Tournament, series: Mapping[str, Sequence[Second]]) -> dict[str, Any]:
    """What the script draws: the lines by run, and a picture for each theme, width and trigger (by its number)."""
    return {
        "series": {cell.run: shares(series[cell.run]) for cell in tournament.cells if series.get(cell.run)},
        "figures": {
            theme.name: {
                size: {
                    str(number): panels(tournament, trigger, series, theme, size)
                    for number, trigger in enumerate(tournament.triggers)
                }
                for size in _SIZES
            }
            for theme in THEMES
        },
    }
