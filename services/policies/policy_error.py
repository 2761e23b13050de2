"""The one error of this package."""

from collections.abc import Iterable
from difflib import get_close_matches


class PolicyError(ValueError):
    """A policy's text can't be understood; says what is wrong, what is near and what is valid."""


def unknown(what: str, given: str, valid: Iterable[str]) -> PolicyError:
    """The error for a name that doesn't exist.

    Args:
        what: What the name should have been, e.g. "policy".
        given: The name as written.
        valid: The names that exist.
    """
    choices = sorted(valid)
    near = get_close_matches(given, choices, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return PolicyError(f"unknown {what} {given!r}{hint} (valid: {', '.join(choices) or 'none'})")
