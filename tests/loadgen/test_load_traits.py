"""Ranks of arrivals: a function of the seed, and no business of the schedule. Tests loadgen.traits."""

from collections import Counter

from loadgen.traits import TraitSource


def drawn(seed: str, count: int = 4000) -> list[int]:
    """The first ranks of a seed."""
    source = TraitSource(seed)
    return [source.next().priority for _ in range(count)]


def test_equal_seeds_give_equal_traits() -> None:
    """Seed 7 today is seed 7 tomorrow."""
    assert drawn("7/0/0") == drawn("7/0/0")
    assert drawn("7/0/0") != drawn("8/0/0")
    assert drawn("7/0/0", 3) == [90, 29, 75]


def test_ranks_are_even() -> None:
    """0 to 99, all alike likely."""
    ranks = Counter(drawn("7"))
    assert set(ranks) == set(range(100))
    assert max(ranks.values()) < 80
