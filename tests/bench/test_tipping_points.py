"""The settings of ``python -m bench tipping`` are drills that can be judged; a row compares band and point."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench import tipping_points as bench
from bench.rows import Rows
from bench.tipping_points_page import tipping_points
from lab.analysis.tournament.computed_tipping import Carried, compute
from lab.drillfile import Drill, load_drill
from lab.session.foreseen import foreseen


def drill_of(name: str, folder: Path) -> Drill:
    """The drill of a setting."""
    file = folder / f"tipping-{name}.yaml"
    file.write_text(bench.drill_text(name, 3))
    return load_drill(file)


@pytest.mark.slow
@pytest.mark.parametrize("name", bench.SETTINGS)
def test_each_setting_is_a_search_that_should_find_its_band(name: str, tmp_path: Path) -> None:
    """It has a model, can be judged, and the computed point lies well inside of what is searched."""
    drill = drill_of(name, tmp_path)
    assert foreseen(drill) == []
    assert drill.search is not None
    capacity_rps = drill.bridge.headroom * drill.load.requests_rps
    throttled = (0.36 * capacity_rps,)
    run = Carried("bridge", capacity_rps, capacity_rps, capacity_rps, throttled_rps=throttled)
    found = compute(drill, [run])
    assert found.value is not None, found.because
    assert drill.search.low < found.value < drill.search.high
    assert drill.search.resolution <= (drill.search.high - drill.search.low) / 6


def said(low: float | None, high: float | None, value: float | None) -> str:
    """What a search prints."""
    computed = (
        None if value is None else {"value": value, "low": 2.0, "high": 4.5, "chance_s": 0.3, "because": None}
    )
    points = [{"value": 2.0, "stuck": 0, "judged": 3}, {"value": 5.0, "stuck": 3, "judged": 3}]
    return json.dumps(
        {"unit": "s", "never_up_to": low, "always_from": high, "computed": computed, "points": points}
    )


@pytest.mark.parametrize(
    ("low", "high", "value", "contained"),
    [(2, 5, 3, True), (2, 5, 1.9, False), (2, 5, 5.1, False), (None, None, 3, None), (2, 5, None, None)],
)
def test_whether_the_band_holds_the_point(
    low: float | None, high: float | None, value: float | None, contained: object
) -> None:
    """No band or no point is no answer, not a no."""
    assert bench.found(said(low, high, value))["contained"] is contained


def test_a_search_that_printed_nothing_is_a_row_without_figures() -> None:
    """It could not be brought up."""
    assert bench.found("")["contained"] is None


@pytest.mark.parametrize("answer", [said(2, 5, 3), ""])
def test_it_goes_on_where_it_was_and_the_page_has_a_line_for_each(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str
) -> None:
    """Each setting once; the drill that was run is kept beside its runs."""
    asked: list[str] = []

    def lab(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - of subprocess.run
        asked.append(command[2])
        assert Path(options["env"]["LAB_HOME"]) == Path(command[2]).parent
        return subprocess.CompletedProcess(command, 0 if answer else 4, answer)

    monkeypatch.setattr(subprocess, "run", lab)
    monkeypatch.setattr("bench.rows.commit", lambda: "abc")
    rows = Rows(tmp_path / "rows.jsonl", tmp_path / "runs")
    for _ in range(2):
        bench.tipping(rows, "embedded", range(1, 11))
    assert [Path(file).stem for file in asked] == [f"tipping-{name}" for name in bench.SETTINGS]
    assert all(load_drill(Path(file)).search for file in asked[:1])
    page = "\n".join(tipping_points(rows))
    assert all(f"| embedded | {name} |" in page for name in bench.SETTINGS)
    if answer:
        assert "| 2 s | 5 s | 3 s [2 s..4.5 s], chance 0.3 s | yes | 2: 0 of 3, 5: 3 of 3 |" in page
        assert "contains the computed point in 5 of 5" in page


def test_without_rows_the_page_has_no_section(tmp_path: Path) -> None:
    """Nothing was measured yet."""
    assert list(tipping_points(Rows(tmp_path / "none.jsonl", tmp_path))) == []
