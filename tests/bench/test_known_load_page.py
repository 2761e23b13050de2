"""What the page says of a known load: what holds, and whether both runtimes carry the same share."""

from pathlib import Path

import pytest

from bench.known_load_page import carried_shares, known_loads
from bench.rows import Row, Rows


def row(runtime: str, load: float, carried_rps: float) -> Row:
    """A step on a bridge that was calibrated at 100/s."""
    offered = 100 * load
    growth = max(0.0, offered - carried_rps)
    return {
        "what": "known-load", "runtime": runtime, "step": load, "seed": 1, "load": load, "offered_rps": offered,
        "capacity_rps": 100.0, "beyond_low_rps": offered - 105, "beyond_high_rps": offered - 95, "growth_rps": growth,
        "delay_p99_s": 0.1, "holds": True,
    }  # fmt: skip


def test_what_an_overloaded_bridge_carries_is_offered_less_growth() -> None:
    """Below the capacity nothing follows: the bridge carries what is offered."""
    assert carried_shares([row("embedded", 0.8, 90), row("embedded", 1.2, 90)]) == [pytest.approx(0.9)]


@pytest.mark.parametrize(("carried_rps", "said"), [(95, "within 0.1"), (80, "not within 0.1")])
@pytest.mark.slow
def test_parity_is_of_the_medians(tmp_path: Path, carried_rps: float, said: str) -> None:
    """Both runtimes side by side; one alone has none."""
    rows = Rows(tmp_path / "rows.jsonl", tmp_path)
    for carried in (98, 100, 140):
        rows.add(row("embedded", 1.2, carried))
    assert "Parity" not in "\n".join(known_loads(rows))
    rows.add(row("compose", 1.2, carried_rps))
    assert f"apart, {said}." in "\n".join(known_loads(rows))
