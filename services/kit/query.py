"""Parameters of a URL: each is known, and within its range, or named."""

from collections.abc import Mapping


class BadQueryError(ValueError):
    """A parameter is unknown or out of its range; says which, and what it may be."""


def only(query: Mapping[str, str], *known: str) -> None:
    """Refuse every other parameter.

    Raises:
        BadQueryError: there is one.
    """
    for key in query:
        if key not in known:
            raise BadQueryError(f"unknown parameter {key!r} (valid: {', '.join(known)})")


def number(  # noqa: PLR0913  a parameter, its default and its range
    query: Mapping[str, str], key: str, default: float, least: float, most: float, *, whole: bool = False
) -> float:
    """A parameter from ``least`` to ``most``.

    Raises:
        BadQueryError: it is not a number, or not within the range.
    """
    text = query.get(key, str(default))
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        what = "a whole number" if whole else "a number"
        raise BadQueryError(f"{key}={text!r} is not {what} from {least:g} to {most:g}")
    return value
