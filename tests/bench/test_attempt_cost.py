"""The row and the page's section about what an attempt costs. Tests bench.attempt_cost."""

from pathlib import Path

import pytest

from bench.attempt_cost import attempt_costs, costs_of, figures
from bench.rows import Rows
from bench.side_by_side import CASES, Case, Costs, Size

SIZE = Size(rounds=3, attempts=100)


@pytest.mark.slow
def test_the_row_has_medians_and_the_interval_of_the_ratio() -> None:
    """Ratios 1, 2 and 3: a mean of 2, give or take 4.303 (Student's t, two degrees of freedom) / sqrt(3)."""
    found = figures([Costs(100, 100), Costs(240, 120), Costs(600, 200)], SIZE)
    assert found == {
        "ours_us": 240,
        "bare_us": 120,
        "ratio": 2.0,
        "ratio_95": [pytest.approx(-0.484), pytest.approx(4.484)],
        "rounds": 3,
        "attempts": 300,
    }


@pytest.mark.slow
def test_the_page_shows_every_case(tmp_path: Path) -> None:
    """One row of the table each; nothing where nothing was measured."""
    rows = Rows(tmp_path / "rows.jsonl", tmp_path)
    assert not [*attempt_costs(rows)]
    found = figures([Costs(150, 100), Costs(160, 100)], SIZE)
    rows.add({"what": "attempt-cpu", "case": "pooled connections", **found})
    assert "| pooled connections | 155 | 100 | 1.55 | 0.92..2.19 | 2 | 200 |" in [*attempt_costs(rows)]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_server_in_another_process_answers(case: Case) -> None:
    """As many attempts as were asked for, and each of them cost something."""
    found = costs_of(case, Size(rounds=2, attempts=8, in_flight=4))
    assert found["attempts"] == 16
    assert found["ours_us"] > 0 < found["bare_us"]
