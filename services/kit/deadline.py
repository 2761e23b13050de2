"""How long whoever asks will wait, in two headers that travel with a request.

    X-Deadline-Ms: 250                       milliseconds left when it was sent
    X-Request-Start: t=1638891012.123456     when that was: UNIX time in seconds

The second is the header by which proxies say when a request was received, so that queueing can be measured. With it
the time that a request spends in a queue on its way (that of the bridge) counts; without it only what is left counts.
"""

import math
import re
from collections.abc import Mapping

LEFT = "X-Deadline-Ms"
SENT = "X-Request-Start"
_MOST_MS = 86_400_000.0  # a day: whoever says more has no deadline
_NUMBER = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,9})?")


def to_headers(left_s: float, unix_s: float) -> dict[str, str]:
    """The headers of a request sent at `unix_s` that is waited for `left_s` seconds more."""
    return {LEFT: f"{max(0.0, left_s) * 1000:.3f}", SENT: f"t={unix_s:.6f}"}


def passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    """Both as they came: the instant that they speak of stays the same."""
    return {name: headers[name] for name in (LEFT, SENT) if name in headers}


def from_headers(headers: Mapping[str, str], now_s: float, unix_s: float) -> float | None:
    """When whoever asks stops waiting, on the clock of `now_s`; None: not said, or nothing that makes sense.

    Args:
        headers: Of the request.
        now_s: The monotonic clock, in seconds.
        unix_s: The UNIX time of the same instant, in seconds.
    """
    left_ms = _number(headers.get(LEFT, ""))
    if left_ms is None or left_ms > _MOST_MS:
        return None
    sent_s = _number(headers.get(SENT, "").removeprefix("t="))
    under_way_s = 0.0 if sent_s is None else max(0.0, unix_s - sent_s)
    return now_s + left_ms / 1000 - under_way_s


def _number(text: str) -> float | None:
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    return value if math.isfinite(value) else None
