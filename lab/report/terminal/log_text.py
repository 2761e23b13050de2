"""A service's log line for people: ``15:30:02.120  failed  call=storefront->auth outcome=timeout``."""

import json

from lab.report.words import clean

_CLOCK = slice(11, 23)
"""Where an ISO 8601 time has hours to milliseconds."""
_LEADING = ("timestamp", "event", "level", "service")
"""Keys that stand before the others, or are said by the column."""


def log_text(line: str) -> str:
    """What the line says, without its JSON; a line that is no JSON as it is, without control characters."""
    try:
        found = json.loads(line)
    except ValueError:
        return clean(line)
    if not isinstance(found, dict):
        return clean(line)
    clock = str(found.get("timestamp", ""))[_CLOCK]
    level = str(found.get("level", ""))
    words = [
        clock,
        level.upper() if level in {"warning", "error", "critical"} else "",
        str(found.get("event", "")),
    ]
    rest = [
        f"{key}={_short(value)}" for key, value in found.items() if key not in _LEADING and value is not None
    ]
    return clean("  ".join(filter(None, [*words, " ".join(rest)])))


def _short(value: object) -> str:
    if isinstance(value, dict):
        return ",".join(f"{key}:{_short(one)}" for key, one in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)
