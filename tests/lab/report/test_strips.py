"""The picture of the planes in the page's data: strips, hatches, pages, and no section where nothing watched."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lab.analysis.timeline.timeline import Timeline
from lab.journal.plane_events import PageReceived
from lab.report.html import write_report
from lab.report.html.flags import Flag, raise_flags
from tests.lab.report.conftest import make_drill, make_events, make_verdict
from tests.lab.report.test_html import NASTY, Reader, page
from tests.lab.report.watched import DARK, watched_events, watched_verdict


def watched_page(tmp_path: Path, *extra: PageReceived, late: range = range(0)) -> tuple[str, dict[str, Any]]:
    """The page of the watched run, and what its script draws."""
    drill, path = make_drill(), tmp_path / "report.html"
    events = [*watched_events(drill, late=late), *extra]
    timeline = Timeline.fold(events)
    write_report(path, drill, timeline, watched_verdict(timeline), {}, events=events)
    text = path.read_text("utf-8")
    found = re.search(r'<script type="application/json" id="run-data">(.*?)</script>', text, re.DOTALL)
    assert found
    return text, json.loads(found[1])


def of_kind(data: dict[str, Any], kind: str, theme: str = "light") -> list[dict[str, Any]]:
    """The picture's traces of a kind."""
    return [trace for trace in data["figures"][theme]["wide"]["planes"]["traces"] if trace["type"] == kind]


@pytest.mark.slow
def test_there_is_a_section_only_where_planes_watched(tmp_path: Path) -> None:
    """A drill without monitoring has neither heading, figure nor rows."""
    text, _ = page(tmp_path)
    assert "Does monitoring survive?" not in text
    assert '"planes":[]' in text
    watched, data = watched_page(tmp_path)
    assert "Does monitoring survive?" in watched
    assert "of its scrapes and was never blind" in watched
    assert len(data["planes"]) == len(data["rows"])


@pytest.mark.slow
def test_the_page_stays_well_formed_and_alerts_stay_text(tmp_path: Path) -> None:
    """Names of alerts and labels come from files that users edit."""
    nasty = PageReceived(t=60, plane="ops", alert=NASTY, state="firing", received_s=60, sent_t=59,
                         labels={"service": NASTY})  # fmt: skip
    text, data = watched_page(tmp_path, nasty)
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    assert "img" not in {tag for tag, _ in reader.elements}
    notes = data["figures"]["light"]["wide"]["planes"]["layout"]["annotations"]
    assert not any(note["text"].lower().startswith("</script") for note in notes)


@pytest.mark.slow
def test_hatches_cover_the_blind_seconds_and_nothing_else(tmp_path: Path) -> None:
    """By a pattern, not by colour alone; what was filled in later has a pattern of its own."""
    _, data = watched_page(tmp_path)
    (blind,) = of_kind(data, "bar")
    assert (blind["yaxis"], blind["marker"]["pattern"]["shape"]) == ("y2", "/")
    ((start, length),) = zip(blind["x"], blind["width"], strict=True)
    assert start + length == DARK.stop
    assert length == 31
    _, data = watched_page(tmp_path, late=range(30, 40))
    assert {bar["name"]: bar["marker"]["pattern"]["shape"] for bar in of_kind(data, "bar")} == {
        "blind": "/",
        "blind, filled in later": "\\",
    }


@pytest.mark.slow
def test_every_strip_draws_rows_that_there_are_on_one_scale(tmp_path: Path) -> None:
    """The script looks columns up by name; a plane's answer is not drawn where it gave none."""
    _, data = watched_page(tmp_path)
    columns = {trace["meta"]["column"] for trace in of_kind(data, "scatter")}
    assert columns == {"offered", "good", "base", "shared", "shared_truth", "ops", "ops_truth"}
    texts = {trace["meta"]["text"] for trace in of_kind(data, "scatter") if "text" in trace["meta"]}
    assert columns | texts <= set(data["planes"][0])
    layout = data["figures"]["dark"]["narrow"]["planes"]["layout"]
    axes = [layout[name] for name in ("yaxis", "yaxis2", "yaxis3")]
    assert len({tuple(axis["range"]) for axis in axes}) == 1
    assert axes[0]["domain"][0] > axes[1]["domain"][1] > axes[1]["domain"][0] > axes[2]["domain"][1]
    dark = data["planes"][DARK.start + 9]
    assert (dark["shared"], dark["shared_said"], dark["good"]) == (None, "blind (no answer)", 0)
    assert dark["ops_said"] == "0/s"


@pytest.mark.slow
def test_pages_stand_by_name_above_their_plane(tmp_path: Path) -> None:
    """What the shared plane sent late is not drawn with what the ops plane sent in time."""
    _, data = watched_page(tmp_path)
    layout = data["figures"]["light"]["wide"]["planes"]["layout"]
    at = {note["text"]: note for note in layout["annotations"]}
    assert at["GoodputLow"]["y"] == layout["yaxis3"]["domain"][1]
    assert at["dead-man's switch"]["y"] == layout["yaxis2"]["domain"][1]
    assert at["GoodputLow"]["font"] != at["GoodputLow over"]["font"]
    assert data["planes"][int(at["GoodputLow"]["x"])]["ops_said"].endswith("page: GoodputLow")


def test_flags_keep_apart_and_inside_the_strip() -> None:
    """At 10 px a second and 6 px a character; those at the end point back."""
    flags = [
        Flag(at_s, name)
        for at_s, name in ((5, "GoodputLow"), (6, "RetryAmplification"), (58, "Late"), (59, "Last"))
    ]
    raised = raise_flags(flags, (0, 60), 600, 6)
    assert {flag.text for flag in raised if flag.leftward} == {"Late", "Last"}
    spans = [
        (
            flag.lane,
            *sorted(
                (flag.at_s * 10, flag.at_s * 10 + (-1 if flag.leftward else 1) * (4 + 6 * len(flag.text)))
            ),
        )
        for flag in raised
    ]
    for one in spans:
        assert 0 <= one[1] <= one[2] <= 600
        assert [
            other
            for other in spans
            if other != one and other[0] == one[0] and other[1] < one[2] and one[1] < other[2]
        ] == []


@pytest.mark.slow
def test_a_truncated_run_before_its_first_phase_has_a_page(tmp_path: Path) -> None:
    """Planes were configured, and nothing could be judged."""
    drill, path = make_drill(), tmp_path / "report.html"
    events = watched_events(drill, 5.0)
    timeline = Timeline.fold(events)
    write_report(path, drill, timeline, make_verdict(verdict="inconclusive"), {}, events=events)
    assert "How the shared plane survived was not measured." in path.read_text("utf-8")
    assert len(make_events(drill, 5.0)) < len(events)
