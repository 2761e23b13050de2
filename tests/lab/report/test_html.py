"""The page is one file, well-formed, asks nothing of the network, and is not fooled by what it shows."""

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from lab.analysis.timeline.timeline import Timeline
from lab.journal.events import ActionChanged, Event, NoteWritten
from lab.report.html import write_report
from lab.report.html.charts import charts
from lab.report.html.embed import template_text, to_json
from lab.report.html.lanes import LANE_PX, Label, height_px, place
from lab.report.html.marks import marks
from lab.report.html.plot import figure
from lab.report.html.theme import THEMES, Theme
from tests.lab.report.conftest import make_drill, make_events, make_verdict

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&{{7*7}}"
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Reader(HTMLParser):
    """Collects elements and what is inside scripts; fails on elements that don't close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Note the element; void ones have no end."""
        self.elements.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The innermost open element ends."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep what a person reads."""
        if self.open and self.open[-1] != "script" and self.open[-1] != "style":
            self.text.append(data)


def page(tmp_path: Path, *, title: str = "A storm", extra: Sequence[Event] = ()) -> tuple[str, Reader]:
    """A report of the made-up run, written and read back."""
    drill = make_drill(title=title, description=title, text=title)
    events = [*make_events(drill), *extra]
    verdict = make_verdict(reasons=[title], verdict="fail")
    path = tmp_path / "report.html"
    write_report(
        path, drill, Timeline.fold(events), verdict, {"a": {"b": title}}, events=events, summary=[title]
    )
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    text = path.read_text("utf-8")
    reader = Reader()
    reader.feed(text)
    reader.close()
    return text, reader


@pytest.mark.slow
def test_the_page_is_well_formed_and_small(tmp_path: Path) -> None:
    """Every element closes, ids are unique, headings descend, tables say what their headers head."""
    text, reader = page(tmp_path)
    assert reader.open == []
    assert len(text.encode()) < 6_000_000
    assert len(reader.ids) == len(set(reader.ids))
    headings = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch(r"h[1-6]", tag)]
    assert headings[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))
    assert all(attrs.get("scope") in {"row", "col"} for tag, attrs in reader.elements if tag == "th")
    assert ("html", {"lang": "en"}) in reader.elements


@pytest.mark.slow
def test_the_page_refers_to_nothing_outside(tmp_path: Path) -> None:
    """No address in an attribute or a style, and a policy that forbids what slipped through."""
    _, reader = page(tmp_path)
    for tag, attrs in reader.elements:
        assert not {"src", "srcset", "action", "data", "poster"} & set(attrs), tag
        assert (attrs.get("href") or "#").startswith(("#", "data:"))
    (policy,) = [attrs["content"] or "" for _, attrs in reader.elements if "http-equiv" in attrs]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.split("style-src")[0]
    style = template_text("report.css")
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.slow
def test_untrusted_text_stays_text(tmp_path: Path) -> None:
    """Titles, reasons, log lines, action names and environment can't become elements or end the data."""
    extra: list[Event] = [
        ActionChanged(seq=900, t=50, action="x", kind="fault", name=NASTY, fault=NASTY, target=NASTY,
                      params={NASTY: NASTY}, state="applied", by=NASTY, error=NASTY),
        NoteWritten(seq=901, t=51, by=NASTY, role="x", kind="x", text=NASTY),
    ]  # fmt: skip
    text, reader = page(tmp_path, title=NASTY, extra=extra)
    assert [tag for tag, _ in reader.elements].count("script") == 3
    assert "img" not in {tag for tag, _ in reader.elements}
    assert not any(name.startswith("on") for _, attrs in reader.elements for name in attrs)
    assert "".join(reader.text).count("{{7*7}}") >= 8
    assert "onerror=alert(2)>" not in text


@pytest.mark.slow
def test_the_rows_are_inside_and_what_was_not_measured_is_null(tmp_path: Path) -> None:
    """The page holds Python's rows, one a second; a figure is found under the row's own name."""
    text, _ = page(tmp_path)
    found = re.search(r'<script type="application/json" id="run-data">(.*?)</script>', text, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert [row["second"] for row in data["rows"]] == list(range(len(data["rows"])))
    assert data["rows"][36]["good"] == 0
    assert data["rows"][36]["latency_p99_ms"] is None
    assert data["rows"][36]["amplification"] > 3.9
    columns = {t["meta"]["column"] for f in data["figures"]["light"]["wide"].values() for t in f["traces"]}
    assert columns <= set(data["rows"][0])
    assert data["spans"]["aftermath"] == [29.2, 44.2]


def test_data_can_not_leave_its_element() -> None:
    """Nothing that ends a script or a line in one survives, and the value does."""
    value = {"x": "</script><!-- \u2028\u2029 &"}
    text = to_json(value)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value


def test_labels_keep_apart_and_no_leader_line_strikes_through_one() -> None:
    """At 10 px a second and 6 px a character, whatever comes close together."""
    labels = [Label(10.0, "trigger"), Label(10.1, "slow-bridge on", action=True), Label(11.0, "aftermath"),
              Label(14.0, "x on", action=True), Label(40.0, "late")]  # fmt: skip
    placed = place(labels, 10, 6)
    for one in placed:
        end = one.at_s + 0.4 + len(one.text) * 0.6
        struck = [o for o in placed if one.at_s + 0.4 < o.at_s < end and o.lane >= one.lane]
        assert struck == []
    by_text = {label.text: label.lane for label in placed}
    assert by_text["slow-bridge on"] > by_text["trigger"]
    assert by_text["late"] == 0
    assert height_px(placed) == (1 + max(by_text.values())) * LANE_PX


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(theme: Theme, colour: str) -> float:
    """Contrast of a colour with the theme's surface."""
    light, dark = sorted((luminance(colour), luminance(theme.surface)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_charts_can_be_read_in_both_themes() -> None:
    """Text at 4.5 : 1, lines at 3 : 1 (WCAG AA)."""
    for theme in THEMES:
        assert min(contrast(theme, theme.text), contrast(theme, theme.muted)) >= 4.5
        assert min(contrast(theme, line) for line in theme.lines.values()) >= 3


@pytest.mark.slow
def test_the_bridges_limit_is_on_the_axis_of_its_delay() -> None:
    """Seconds are compared with seconds: the clients' timeout, or the SLO where that is shorter."""
    drill = make_drill()
    (chart,) = (one for one in charts(drill) if one.key == "bridge")
    found = marks(Timeline.fold(make_events(drill)))
    drawn = figure(chart, found, THEMES[0], "wide", first=False)
    axis_of = {trace["meta"]["column"]: trace.get("yaxis", "y") for trace in drawn["traces"]}
    assert axis_of == {"answered_rps": "y", "wasted_rps": "y", "queueing_delay_s": "y2"}
    assert [(one["yref"], one["y0"]) for one in drawn["layout"]["shapes"] if one["yref"] == "y2"] == [
        ("y2", 1.0)
    ]
    assert [one["text"] for one in drawn["layout"]["annotations"] if one.get("yref") == "y2"] == [
        "no use from 1 s on"
    ]
