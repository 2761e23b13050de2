"""What ``holds`` can say, as a word and, like every measured value, as a number."""

from typing import Literal, get_args

HoldsWord = Literal["no", "yes", "unsafe"]

HOLDS_WORDS: tuple[HoldsWord, ...] = get_args(HoldsWord)
"""A word's place here is its number: no 0, yes 1, unsafe 2."""


def number_of(word: str | None) -> float | None:
    """The number that stands for a word; None for none of them."""
    return next((float(number) for number, one in enumerate(HOLDS_WORDS) if one == word), None)


def word_of(number: float | None) -> HoldsWord | None:
    """The word that a number stands for."""
    return None if number is None else HOLDS_WORDS[int(number)]
