"""Several runs of a drill: how many passed, and how sure one can be."""

from typing import get_args

import pytest

from lab.analysis.verdict.repeats import are_last, series
from lab.analysis.verdict.verdict import VerdictWord
from tests.lab.report.conftest import make_verdict


@pytest.mark.parametrize("word", get_args(VerdictWord))
def test_one_run_that_did_not_pass_decides(word: VerdictWord) -> None:
    """Two passes and another word: two of three, and the other word is the verdict."""
    found = series("retry-storm", 5, [make_verdict(), make_verdict(verdict=word), make_verdict()])
    assert found.verdict == word
    assert (found.passed, found.runs, found.asked) == (3 if word == "pass" else 2, 3, 5)
    assert 0 < found.interval_95[0] < found.passed / 3 <= found.interval_95[1] <= 1


def test_no_run_at_all_makes_nothing_valid() -> None:
    """Interrupted before the first verdict: inconclusive, and the interval says that nothing is known."""
    found = series("retry-storm", 5, [])
    assert (found.verdict, found.interval_95) == ("inconclusive", (0.0, 1.0))


def test_first_attempts_are_counted_and_last_ones_decide() -> None:
    """Two runs, the first of which passed in its second rerun: one of two passed, and the verdict is a pass."""
    doubt, again = make_verdict(verdict="inconclusive"), make_verdict(verdict="inconclusive", rerun_of=["a"])
    verdicts = [doubt, again, make_verdict(rerun_of=["a", "b"]), make_verdict()]
    assert are_last(verdicts) == [False, False, True, True]
    found = series("retry-storm", 2, verdicts)
    assert (found.passed, found.runs, found.reruns, found.passed_in_rerun) == (1, 2, 2, 1)
    assert (found.verdict, found.verdicts) == ("pass", tuple(verdicts))
    assert series("retry-storm", 2, verdicts[:2]).verdict == "inconclusive"
    assert are_last([]) == []
