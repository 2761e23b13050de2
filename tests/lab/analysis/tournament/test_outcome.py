"""How runs ended, compared."""

from types import SimpleNamespace
from typing import cast

from lab.analysis.tournament.cell import Cell
from lab.analysis.tournament.outcome import compare_outcomes


def ended(**figures: float | None) -> Cell:
    known = {
        "verdict": "pass",
        "stuck": False,
        "time_to_recover_s": None,
        "censored_at_s": None,
        "back_from_s": None,
    }
    return cast("Cell", SimpleNamespace(**{**known, **figures}))  # only these are looked at


def back(a: Cell, b: Cell) -> str:
    found = next(one for one in compare_outcomes([a], [b], ()) if one.figure == "back in service")
    return f"{found.a} {found.b} {found.word}"


def test_service_that_was_back_when_the_run_ended_is_neither_back_nor_away() -> None:
    """Its verdict says that it was back; that it stayed so was not watched long enough."""
    pending = ended(censored_at_s=15.0, back_from_s=1.0)
    assert back(pending, pending) == "None None unclear"
    assert back(ended(time_to_recover_s=1.0), ended(censored_at_s=15.0)) == "yes no changed"
