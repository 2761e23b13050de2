"""A line for each customer where there are several. Tests lab.report.customer_words."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from lab.analysis import Timeline, judge
from lab.drillfile import load_drill
from lab.report.customer_words import customer_lines, failed
from lab.report.html import write_report
from lab.report.terminal.verdict import verdict_panel, verdict_text
from tests.checkout import ROOT
from tests.lab.analysis.conftest import Storm
from tests.lab.analysis.shared_load import customer, split, timeline_of, with_customers

LINES = [
    (
        "shop: 70/s offered, 70/s good before, 0/s after the trigger; stuck for 15 s; "
        "recovered 6.8 s after the mitigation"
    ),
    (
        "streaming: 30/s offered, 30/s good before, 30/s after the trigger; not stuck; "
        "recovered 0.8 s after the mitigation"
    ),
]


@pytest.fixture
def shared() -> Storm:
    """A storm whose load has two customers."""
    return with_customers(Storm(load_drill(ROOT / "drills" / "retry-storm.yaml")))


@pytest.mark.slow
def test_each_customer_has_a_line(shared: Storm) -> None:
    """Framed and plain alike; one customer alone is the load, and has none."""
    verdict = judge(timeline_of(shared))
    assert customer_lines(verdict) == LINES
    assert all(f"  - {line}" in verdict_text(verdict, [], "x") for line in LINES)
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(verdict_panel(verdict, [], "x"))
    assert "streaming: 30/s offered" in console.export_text()
    with_customers(shared, customer("shop", 70.0))
    alone = judge(Timeline.fold(split(event) for event in shared.events()))
    assert customer_lines(alone) == []


@pytest.mark.slow
def test_a_run_that_ended_before_its_phases_tells_nothing_of_customers(shared: Storm) -> None:
    """No line of dashes."""
    assert customer_lines(judge(timeline_of(shared, until_s=2.0))) == []


@pytest.mark.slow
def test_the_page_has_a_table_of_customers(shared: Storm, tmp_path: Path) -> None:
    """With their steps, and a table by phase; no section where there are none."""
    run = timeline_of(shared)
    write_report(tmp_path / "with.html", shared.drill, run, judge(run), {})
    page = (tmp_path / "with.html").read_text()
    assert "<h2>Customers</h2>" in page
    assert "streaming: step login" in page
    assert "recovered 6.8" in page.replace("\u00a0", " ")
    plain = shared.drill.load.model_copy(update={"customers": ()})
    shared.drill = shared.drill.model_copy(update={"load": plain})
    run = Timeline.fold(shared.events())
    write_report(tmp_path / "without.html", shared.drill, run, judge(run), {})
    assert "<h2>Customers</h2>" not in (tmp_path / "without.html").read_text()


def test_what_failed_is_told_by_kind() -> None:
    """The most first."""
    assert failed({"reset": 3, "timeout": 1210}) == "1,210 timeout, 3 reset"
    assert failed({}) == "nothing"
