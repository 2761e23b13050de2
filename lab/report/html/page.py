"""The page: everything the templates need, put together, and written in one go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from chaos.process.files import replace_text
from lab.analysis.metrics.hysteresis import Ways, hysteresis, ways
from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Verdict
from lab.drillfile.model import Drill
from lab.journal.events import Event
from lab.report import customer_words
from lab.report import headline_figures as figures
from lab.report.customer_words import shown_customers
from lab.report.headline import against, cards, mark, meaning, rerun, story, word
from lab.report.html import tables
from lab.report.html.charts import charts
from lab.report.html.embed import inside, row_data
from lab.report.html.happenings import happenings, opening_second
from lab.report.html.hysteresis_plot import hysteresis_figure
from lab.report.html.marks import Marks, marks
from lab.report.html.plot import figure
from lab.report.html.second_text import second_text
from lab.report.html.strips.plot import strips_figure
from lab.report.html.strips.strips import Picture, picture
from lab.report.html.system_data import system_data
from lab.report.html.theme import THEMES, Theme
from lab.report.plane_view import watches
from lab.report.played import deeds
from lab.report.reading import reading
from lab.report.survival import facts
from lab.report.words import titled

_SIZES = ("wide", "narrow")
SCRIPTS = ("look.js", "charts.js", "places.js", "second_tables.js", "system.js", "moment.js", "report.js")
"""All but the last are the live page's, too."""

STYLES = ("report.css", "system.css")

WHOLE = "*"
"""The key of the whole run among the spans that one can zoom to; no phase can have this name."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """All that a page shows; see ``write_report``."""

    drill: Drill
    timeline: Timeline
    verdict: Verdict
    environment: Mapping[str, Any]
    events: tuple[Event, ...] = ()
    summary: tuple[str, ...] = ()


def write_report(  # noqa: PLR0913 - a page shows all of a run
    path: Path,
    drill: Drill,
    timeline: Timeline,
    verdict: Verdict,
    environment: Mapping[str, Any],
    *,
    events: Iterable[Event] = (),
    summary: Sequence[str] = (),
) -> None:
    """Write ``report.html``, whole or not at all.

    Args:
        path: the file to write.
        drill: what was asked for.
        timeline: what was seen.
        verdict: the judgement of the run.
        environment: as in ``environment.json``.
        events: of the journal, for the log of what happened.
        summary: plain sentences about the run.
    """
    content = PageContent(drill, timeline, verdict, environment, tuple(events), tuple(summary))
    replace_text(path, render(content))


def render(content: PageContent) -> str:
    """The page as text."""
    found = marks(content.timeline)
    data = page_data(content, found)
    embedded = inside(SCRIPTS, STYLES, data)
    shown = {"system": data["system"]["map"], "eyes": list(data["system"]["eyes"])}
    known = _story(content, found) | _ramps(content) | _monitoring(content) | shown | embedded
    return templates().get_template("report.html.j2").render(known)


def _story(content: PageContent, found: Marks) -> dict[str, Any]:
    """What the page says in words and tables."""
    verdict = content.verdict
    return {
        "drill": content.drill,
        "run": content.timeline.run,
        "verdict": verdict,
        "meaning": meaning(verdict),
        "word": word(verdict),
        "rerun": rerun(verdict),
        "against": against(verdict),
        "deeds": deeds(content.timeline) if verdict.interactive else [],
        "mark": mark(verdict),
        "summary": story(content.summary, verdict),
        "cards": cards(verdict),
        "customers": shown_customers(verdict),
        "whose": customer_words,
        "charts": charts(content.drill),
        "spans": [
            ("whole run", WHOLE),
            *((titled(band.name, band.clock), band.name) for band in found.phases),
        ],
        "actions": tables.actions(content.timeline),
        "calibrations": content.timeline.calibrations,
        "capacity": verdict.capacity,
        "log": tables.log(content.events),
        "environment": tables.flat(content.environment),
        "commands": tables.commands(content.drill, verdict),
        "fmt": figures,
        "titled": titled,
    }


def _ramps(content: PageContent) -> dict[str, Any]:
    """What the page says of a load that went up and down; no ``ways``, no chart."""
    return {"ways": _ways(content), "hysteresis": hysteresis(content.timeline)}


def _ways(content: PageContent) -> Ways | None:
    """Both ways, where both have anything to draw."""
    found = ways(content.timeline)
    return found if found is not None and found.up and found.down else None


def _monitoring(content: PageContent) -> dict[str, Any]:
    """What the page says of the planes; no ``planes``, no section."""
    seen = watches(content.timeline, content.verdict)
    return {
        "planes": seen,
        "readings": [reading(watch, content.timeline) for watch in seen],
        "facts": facts(seen),
        "pages": tables.pages(seen),
    }


def page_data(content: PageContent, found: Marks) -> dict[str, Any]:
    """What the script draws: rows, the system, figures by theme and size, and the time spans one can zoom to."""
    shown = picture(content.timeline, watches(content.timeline, content.verdict), found.last_s)
    return {
        "rows": [row_data(row) for row in content.timeline.rows],
        "said": [second_text(row) for row in content.timeline.rows],
        "planes": [] if shown is None else shown.rows,
        "system": system_data(content.timeline),
        "events": happenings(content.timeline),
        "opens_at": opening_second(content.timeline),
        "figures": {
            theme.name: {size: _figures(content, shown, found, theme, size) for size in _SIZES}
            for theme in THEMES
        },
        "spans": {WHOLE: [found.first_s, found.last_s]}
        | {band.name: [band.start_s, band.end_s] for band in found.phases},
    }


def _figures(
    content: PageContent, shown: Picture | None, found: Marks, theme: Theme, size: str
) -> dict[str, Any]:
    """The charts by their key."""
    drawn = {
        chart.key: figure(chart, found, theme, size, first=number == 0)
        for number, chart in enumerate(charts(content.drill))
    }
    if (both := _ways(content)) is not None:
        drawn["hysteresis"] = hysteresis_figure(both, theme, size)
    return drawn if shown is None else drawn | {"planes": strips_figure(shown, found, theme, size)}


def templates() -> Environment:
    """The templates, with every value escaped and none missing."""
    environment = Environment(
        loader=PackageLoader("lab.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["units"] = figures.unbroken
    return environment
