"""The picture of a load that went up and came back: its own chart, only where there were two ramps."""

import json
from pathlib import Path

import pytest

from lab.analysis import Timeline, judge
from lab.analysis.metrics.hysteresis import ways
from lab.report.html.hysteresis_plot import hysteresis_figure
from lab.report.html.marks import marks
from lab.report.html.page import PageContent, page_data, render
from lab.report.html.theme import LIGHT
from tests.lab.analysis.test_ramp import line, ridden
from tests.lab.report.conftest import make_drill, make_events, make_verdict


def told(timeline: Timeline) -> PageContent:
    """All that a page needs of a run."""
    assert timeline.drill is not None
    return PageContent(timeline.drill, timeline, judge(timeline), {})


@pytest.mark.slow
def test_two_curves_of_the_same_loads() -> None:
    """Up and down have a point each second, over one scale, in words and shapes as well as in colour."""
    found = ways(ridden(line))
    assert found is not None
    drawn = hysteresis_figure(found, LIGHT, "wide")
    _, up, down = drawn["traces"]
    assert (len(up["x"]), len(down["x"])) == (50, 48)  # the run ends there: the last two have no window
    assert (up["name"], down["name"]) == ("on the way up", "on the way down")
    assert (up["marker"]["symbol"], up["line"]["dash"]) != (down["marker"]["symbol"], down["line"]["dash"])
    assert drawn["layout"]["xaxis"]["range"] == drawn["layout"]["yaxis"]["range"]
    assert max(up["x"]) < drawn["layout"]["xaxis"]["range"][1]


@pytest.mark.slow
def test_the_page_of_a_ramped_run_has_it_and_says_how_much_it_is() -> None:
    """With its own axes: it takes no part in the zoom over time."""
    page = render(told(ridden(line)))
    assert 'data-chart="hysteresis" data-alone' in page
    assert "The area between the two is the hysteresis, here 0\N{NO-BREAK SPACE}% of the square" in page
    data = page_data(told(ridden(line)), marks(ridden(line)))
    assert all("hysteresis" in sizes for theme in data["figures"].values() for sizes in theme.values())
    json.dumps(data, allow_nan=False)


@pytest.mark.slow
def test_other_runs_have_none(tmp_path: Path) -> None:
    """No ramp, no chart."""
    drill = make_drill()
    plain = PageContent(drill, Timeline.fold(make_events(drill)), make_verdict(), {})
    assert "data-alone" not in render(plain).partition("<script")[0]
    assert "hysteresis" not in page_data(plain, marks(plain.timeline))["figures"]["light"]["wide"]
