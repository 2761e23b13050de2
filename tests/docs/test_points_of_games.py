"""The points that docs/how-to/benchmark-an-agent.md names are those that are given. Tests lab.analysis.score.points."""

from lab.analysis.score.points import HINT, IN_TIME, IN_TIME_S, NEEDLESS, VICTORY, WRONG_TURN
from tests.docs.documented import ROOT


def test_the_page_names_the_points_that_are_given() -> None:
    """Each with what it is for."""
    page = (ROOT / "docs" / "how-to" / "benchmark-an-agent.md").read_text()
    assert f"| {VICTORY:g} | the condition of victory" in page
    assert f"| {IN_TIME:g} each | noticed" in page
    assert f"nothing after {IN_TIME_S / 60:g} minutes" in page
    assert HINT == WRONG_TURN
    assert f"| -{HINT:g} each | a wrong turn, a hint |" in page
    assert f"| -{NEEDLESS:g} each | a change where nothing was wrong |" in page
