"""``abort-if`` on a URL that must stay healthy: ``{url: "http://127.0.0.1:8080/health", for: 3 s}``."""

from urllib.parse import SplitResult, urlsplit

from lab import units
from lab.drillfile.condition import Condition
from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import near, quote

METRIC = "url_failing"
SCHEMES = ("http", "https")
EXAMPLE = "`http://127.0.0.1:8080/health`"
LONGEST = 1000


def is_about_url(value: Value) -> bool:
    """Whether a condition has the key ``url``, or one that was meant to be it."""
    return isinstance(value.content, dict) and any(near(key, ("url",)) for key in value.content)


def read_url_condition(reader: Reader, value: Value) -> Condition:
    """The condition that is met when the URL was not healthy all through ``for`` (or in the latest second)."""
    found = reader.keys(value, required=("url",), optional=("for",))
    held = found.get("for")
    return Condition.model_construct(
        metric=METRIC,
        op="==",
        value=1.0,
        text="true",
        url=_url(reader, found["url"]) if "url" in found else "",
        for_s=reader.quantity(held, units.DURATION_S, above_zero=True) if held else None,
    )


def _url(reader: Reader, value: Value) -> str:
    """A URL as it will be asked for; what it may not be is said in words."""
    text = reader.text(value)
    why = _wrong(text) if text else None
    if why is not None:
        reader.fail(value, f"{why}; write it like {EXAMPLE}")
    return text


def _wrong(text: str) -> str | None:
    """Why this can't be asked; None: it can. What may be a password is not repeated."""
    if len(text) > LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        return f"a URL has at most {LONGEST} characters, all of them ASCII, without spaces"
    try:
        parts = urlsplit(text)
        nowhere = not parts.hostname or parts.port == 0
    except ValueError as error:
        return f"this is no URL ({error})"
    trouble = (
        (parts.scheme not in SCHEMES, f"only http and https can be asked; {quote(_shown(parts))} is neither"),
        ("@" in parts.netloc, "a user or a password would stand in journal and report; leave them out"),
        (nowhere, f"{quote(_shown(parts))} names no host that could be asked"),
        (bool(parts.fragment), "no server ever sees a fragment (`#...`); leave it out"),
    )
    return next((why for wrong, why in trouble if wrong), None)


def _shown(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
