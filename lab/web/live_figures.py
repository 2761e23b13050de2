"""The report's charts while their run goes on: their time axis has no end yet."""

from dataclasses import replace
from typing import Any

from lab.analysis.timeline.timeline import Timeline
from lab.report.html.charts import charts
from lab.report.html.marks import Marks, marks
from lab.report.html.plot import figure
from lab.report.html.theme import THEMES

SIZES = ("wide", "narrow")
SHOWN_S = 120.0
"""As wide as the charts are while they follow the run (live.js has the same): so much room have the labels."""


def live_figures(timeline: Timeline) -> dict[str, dict[str, dict[str, Any]]]:
    """Traces and layouts of the charts, by theme and size; a run without a drill has none."""
    if timeline.drill is None:
        return {}
    drawn, found = charts(timeline.drill), live_marks(timeline)
    return {
        theme.name: {
            size: {
                chart.key: _endless(figure(chart, found, theme, size, first=number == 0))
                for number, chart in enumerate(drawn)
            }
            for size in SIZES
        }
        for theme in THEMES
    }


def live_marks(timeline: Timeline) -> Marks:
    """As in the report, but for what still lasts: the phase is shaded to its planned end, and nothing is grey.

    Times are those of the newest `SHOWN_S`.
    """
    whole = marks(timeline)
    last_s = max(whole.last_s, SHOWN_S)
    found = replace(whole, first_s=last_s - SHOWN_S, last_s=last_s)
    lasting = next((span for span in timeline.phases if span.end_s is None), None)
    if lasting is None:
        return replace(found, provisional_s=None)
    end_s = max(whole.last_s, lasting.start_s + lasting.planned_s)
    phases = (*found.phases[:-1], found.phases[-1]._replace(end_s=end_s))
    return replace(found, phases=phases, provisional_s=None)


def _endless(drawn: dict[str, Any]) -> dict[str, Any]:
    """The page moves the axis on by itself."""
    drawn["layout"]["xaxis"].pop("maxallowed", None)
    return drawn
