"""What a tournament says in the terminal and in files."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from lab.analysis.tournament import Differences, Tournament, make_tournament
from lab.analysis.tournament.figure_change import FigureChange
from lab.report.terminal.difference import say_difference
from lab.report.terminal.tournament import say_tournament
from lab.report.tournament_files import COLUMNS, write_csv, write_json
from tests.lab.report.tournament.conftest import NASTY


def said(tournament: Tournament, width: int = 80, encoding: str = "utf-8") -> str:
    """What a terminal of this width and encoding shows."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)
    say_tournament(Console(file=out, width=width, force_terminal=False), tournament)
    out.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.slow
def test_every_outcome_has_its_mark_and_its_meaning(tournament: Tournament) -> None:
    """One line a contestant; a legend of what was shown; the runs that don't count, with their reason."""
    text = said(tournament)
    assert max(map(len, text.splitlines())) <= 80
    rows = {line.split()[0]: line for line in reversed(text.splitlines()) if line.strip()}
    assert "✓ 30 %" in rows["none"]
    assert "✗ 95 %" in rows["immediate(retries=3)"]
    assert "· " in rows["immediate(retries=3)"]
    assert "?" in rows["immediate(retries=3)"]
    assert re.search(r"~1/3 (49|50)\.\.9[456]", text)
    for word in ("recovered:", "stuck:", "borderline:", "undetermined:", "invalid:"):
        assert word in text
    assert "? immediate(retries=3) under load surge x 3, seeds 1, 2, 3: steal: 9.1" in text
    assert "not yet run" in text


@pytest.mark.slow
def test_what_was_done_about_it_is_said_where_something_was(tournament: Tournament) -> None:
    """How many were served while it was active, how many afterwards, when service was back; else no such table."""
    assert re.search(r"none +latency +70 %.±[\d.]+ +100 %.±0\.0 +4\.2 s \(3/3\)", said(tournament))
    untouched = [cell.model_copy(update={"served_mitigation": None}) for cell in tournament.cells]
    alone = make_tournament(untouched, plan="p", title="t", command="c")
    assert "what was changed" in said(tournament)
    assert "what was changed" not in said(alone)


@pytest.mark.slow
def test_under_one_trigger_it_is_said_when_service_was_back(tournament: Tournament) -> None:
    """In the median, where all runs were; else never, or in how many."""
    cells = [cell for cell in tournament.cells if cell.trigger == "latency"]
    text = said(make_tournament(cells, plan="p", title="t", command="c"))
    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"none +4\.2 s +1\.9", text)
    assert re.search(r"immediate\S* +never +3\.8 ", text)
    assert "2/3" in text


@pytest.mark.slow
def test_names_drive_neither_terminal_nor_markup(tournament: Tournament) -> None:
    """They are shown as they are."""
    assert "[red]" in said(tournament, width=240)


@pytest.mark.slow
def test_a_terminal_without_unicode_gets_ascii(tournament: Tournament) -> None:
    """Nothing that it could not write."""
    assert "x 95 % +-" in said(tournament, encoding="ascii")


@pytest.mark.slow
def test_csv_has_a_row_a_cell_and_leaves_empty_what_was_not_measured(
    tmp_path: Path, tournament: Tournament
) -> None:
    """Units are in the columns' names; a kind of rejection that was counted and did not happen is 0."""
    write_csv(tmp_path / "t.csv", tournament)
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text("utf-8").splitlines()))
    assert len(rows) == len(tournament.cells)
    assert set(COLUMNS) < set(rows[0])
    first = rows[0]
    assert (first["stuck"], first["valid"], first["censored_at_s"], first["rejected_by_breaker"]) == (
        "false", "true", "", "",
    )  # fmt: skip
    assert float(first["lost_share"]) == tournament.cells[0].lost_share
    assert rows[-1]["rejected_by_breaker"] == "120.0"
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.slow
def test_no_name_becomes_a_spreadsheets_formula(tmp_path: Path, tournament: Tournament) -> None:
    """`=cmd()` stays text."""
    cell = tournament.cells[0].model_copy(update={"contestant": "=cmd()"})
    write_csv(tmp_path / "t.csv", tournament.model_copy(update={"cells": (cell,)}))
    assert "'=cmd()" in (tmp_path / "t.csv").read_text("utf-8")


@pytest.mark.slow
def test_json_has_everything_and_reads_back(tmp_path: Path, tournament: Tournament) -> None:
    """Null where nothing was measured."""
    write_json(tmp_path / "t.json", tournament)
    text = (tmp_path / "t.json").read_text("utf-8")
    assert Tournament.model_validate_json(text) == tournament
    assert json.loads(text)["cells"][0]["unfairness"] is None


def test_a_difference_says_its_word_its_bounds_and_why() -> None:
    """A line a figure at 80 columns, the reasons below, names shown as they are."""
    found = Differences(
        a=("run-a",), b=("run-b",), set_differently=(f"policy: none | {NASTY}",), unlike=(),
        changes=(
            FigureChange(figure="stuck", unit="", a="yes", b="no", word="changed", because="one run each"),
            FigureChange(figure="goodput lost", unit="share", a=0.9, b=0.5, difference=-0.4, low=-0.45, high=-0.35,
                   margin=0.05, word="changed", because="by more than the spread"),
            FigureChange(figure="unfairness", unit="share", a=None, b=None, word="unclear", because="not measured"),
        ),
    )  # fmt: skip
    out = io.StringIO()
    say_difference(Console(file=out, width=80), found)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    (lost,) = [line for line in lines if line.strip().startswith("goodput lost ")]
    assert lost.split() == [
        "goodput",
        "lost",
        "90",
        "%",
        "50",
        "%",
        "-40",
        "%",
        "(-45",
        "%",
        "..",
        "-35",
        "%)",
        "changed",
    ]
    assert "unfairness: not measured." in out.getvalue()
    assert "[red]" in out.getvalue()


@pytest.mark.slow
def test_which_change_held_is_said_where_the_trigger_came_again(tournament: Tournament) -> None:
    """In how many runs; no such column where it did not come again."""
    cells = [cell for cell in tournament.cells if cell.trigger == "latency"]
    held = [cell.model_copy(update={"holds": "unsafe" if cell.seed == 1 else "yes"}) for cell in cells]
    text = said(make_tournament(held, plan="p", title="t", command="c"))
    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"none .*yes 2, unsafe 1", text)
    assert "after the trigger came again" in " ".join(text.split())
    assert "holds" not in said(tournament)
