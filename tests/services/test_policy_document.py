"""A policy as parsed YAML -> its text, and what is said about the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.policies import PolicyError, from_document, parse


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("  budget +breaker ", "budget +breaker"),
        (["breaker"], "breaker"),
        (["immediate(retries=2)", "budget"], "immediate(retries=2) + budget"),
        (
            [{"budget": {"ratio": "10%"}}, "breaker", {"full-jitter": {"base": "100 ms", "retries": 2}}],
            "budget(ratio=10%) + breaker + full-jitter(base=100 ms, retries=2)",
        ),
        ({"budget": {"ratio": 0.2}, "breaker": None, "hedge": {}}, "budget(ratio=0.2) + breaker + hedge"),
    ],
)
def test_a_document_becomes_the_text(document: object, text: str) -> None:
    """Layers in the order of writing, values as they stand there."""
    assert from_document(document) == text


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], ["empty"]),
        (None, ["a list or a mapping", "empty"]),
        (3, ["the number 3"]),
        (["budgt"], ["'budgt'", "'budget'"]),
        ([{"budget": {"ratoi": "10%"}}], ["'ratoi'", "'ratio'"]),
        ([{"budget": {"ratio": "2000%"}}], ["'2000%'", "0% to 1000%"]),
        ([{"budget": {"ratio": True}}], ["budget: ratio", "true"]),
        ([{"budget": {"ratio": None}}], ["budget: ratio", "empty"]),
        ([{"budget": {"ratio": "10%) + breaker(window=3"}}], ["budget: ratio can't be"]),
        ([{"budget": 3}], ["budget: parameters are a mapping", "the number 3"]),
        ([{"budget": {}, "breaker": {}}], ["layer 1", "a mapping of 2 keys"]),
        ([["budget"]], ["layer 1", "a list"]),
        (["budget(ratio=1%) + breaker"], ["several layers"]),
        (["budget", "budget"], ["'budget'", "twice"]),
        ([{"full-jitter": {"base": "5 s"}}], ["base=5 s is more than cap=2 s (the default)", "cap from 5 s"]),
        ({"grpc": {"initial": "300 ms", "max": "0.2 s"}}, ["initial=300 ms", "max=200 ms", "up to 200 ms"]),
        ({"breaker": {"window": 50, "period": "10 s"}}, ["window=50", "period=10 s", "one of them"]),
        (["immediate", "none"], ["one schedule", "immediate and none", "breaker, budget, deadline"]),
        ("hedge + none", ["one schedule", "hedge and none"]),
        ("aws-standard + full-jitter", ["one schedule", "aws-standard and full-jitter"]),
        ("hedge(attempts=6)", ["'6'", "1 to 5"]),
        ("grpc(multiplier=fast)", ["'fast'", "1.6"]),
    ],
)
def test_a_wrong_document_is_an_error_that_helps(document: object, said: list[str]) -> None:
    """The error names what is wrong, what is near, and what is valid."""
    with pytest.raises(PolicyError) as caught:
        from_document(document)
    assert [part for part in said if part not in str(caught.value)] == []


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["budget", "none", "ratio", "10%", "+"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["budget", "hedge", "ratio"]) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(TREES)
def test_any_document_is_a_policy_or_a_policy_error(document: object) -> None:
    """No YAML brings it down, and what it answers can be parsed."""
    try:
        text = from_document(document)
    except PolicyError as error:
        assert str(error)  # noqa: PT017  either way is right
    else:
        parse(text)
