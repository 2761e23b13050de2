"""What an instrument check measured, as text: in its unit, with as many digits as distinguish it from its limit."""

import re

from lab.analysis.verdict.verdict import Finding
from lab.analysis.verdict.words import NOT_MEASURED

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_MANY = 1000.0
"""From here on decimals say nothing."""


def measured_text(finding: Finding) -> str:
    """``89.5 %``, ``7.34 ms``; its own words where it has some."""
    value = finding.measured
    if value is None:
        return NOT_MEASURED
    if isinstance(value, str):
        return value
    is_share = finding.unit == "share"
    number = _digits(100 * value if is_share else value, finding)
    return f"{number} {'%' if is_share else finding.unit}".strip()


def doubt_text(finding: Finding) -> str:
    """Why a measurement is in doubt: ``loop lag: 81 ms (limit < 50 ms) of storefront``; its own sentence, if any."""
    if finding.disturbance:
        return f"{finding.name}: {finding.disturbance}"
    return f"{finding.name}: {measured_text(finding)} (limit {finding.limit}) {finding.detail}".strip()


def _digits(value: float, finding: Finding) -> str:
    """Three digits, or more where these would read as the limit that was missed."""
    limit = _NUMBER.search(finding.limit)
    for digits in (3, 4, 5, 6):
        text = f"{value:,.0f}" if abs(value) >= _MANY else f"{value:.{digits}g}"
        if finding.ok is not False or limit is None or float(text.replace(",", "")) != float(limit[0]):
            return text
    return f"{value:g}"
