"""What is looser about one text than about another. Tests services.policies.loosened, services.admission.loosened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import admission, policies
from services.admission.loosened import loosened as admission_loosened
from services.policies.loosened import loosened

POLICIES = st.sampled_from(
    [
        "none",
        "immediate(retries=3)",
        "budget",
        "budget(ratio=50%)",
        "budget + breaker",
        "breaker(open=1 s)",
        "aws-standard",
        "google-sre(ratio=20%)",
    ]
)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("budget + breaker", "budget", "without breaker"),
        ("budget", "budget(ratio=50%)", "budget ratio=50% instead of 10%"),
        ("breaker(open=10 s)", "breaker(open=2 s)", "breaker open=2 s instead of 10 s"),
        ("aws-standard", "full-jitter", "without aws-standard"),
        ("none", "budget", "it retries, which it did not"),
        ("budget + breaker", "immediate(retries=3)", "without breaker; without budget"),
        ("immediate(retries=3)", "budget + breaker", None),
        ("budget(ratio=50%)", "budget", None),
        ("budget + breaker", "none", None),
        ("fixed(delay=1 s)", "immediate(retries=9)", None),
    ],
)
def test_a_guard_that_is_gone_or_lets_more_through(before: str, after: str, said: str | None) -> None:
    """In words, with both values; a schedule is no guard, and what never retries needs none."""
    assert loosened(before, after) == said


@given(POLICIES, POLICIES)
def test_nothing_is_looser_than_itself_and_no_two_are_each_looser_in_the_same_parameter(
    one: str, other: str
) -> None:
    """Unless one lacks a guard of the other's, looser one way is not looser the other way."""
    assert loosened(one, one) is None
    there, back = loosened(one, other), loosened(other, one)
    if there and back:
        assert "without" in there + back or "none" in {one, other}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("codel + adaptive-lifo", "adaptive-lifo", "without codel"),
        ("codel(target=5 ms)", "codel(target=50 ms)", "codel target=50 ms instead of 5 ms"),
        ("gradient2(most=40)", "gradient2", "gradient2 most=200 instead of 40"),
        ("adaptive-lifo", "fifo", None),
        ("fifo", "codel", None),
    ],
)
def test_an_admission_that_lets_more_in(before: str, after: str, said: str | None) -> None:
    """A discipline says who is next, not who may come in: another one loosens nothing."""
    assert admission_loosened(before, after) == said


def test_every_guard_says_which_way_it_is_looser() -> None:
    """A new guard without it could be opened wide, and a fix that does so would count as safe."""
    guards = [spec for spec in policies.REGISTRY.values() if spec.role == "guard" or spec.refuses]
    others = [spec for spec in admission.REGISTRY.values() if spec.role == "guard"]
    parameters = {spec.name: spec.parameters for spec in guards} | {
        spec.name: spec.parameters for spec in others
    }
    assert {
        name for name, mine in parameters.items() if not any(one.looser for one in mine.values())
    } == set()
