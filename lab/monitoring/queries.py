"""What on-call asks a plane each second, as PromQL. The same counters are the truth that answers are held against."""

from collections.abc import Mapping
from types import MappingProxyType

QUERIES: Mapping[str, str] = MappingProxyType(
    {
        "goodput": 'sum(rate(lab_served_total{service="edge"}[WINDOW]))',
        "amplification": (
            'sum(rate(lab_client_attempts_total{service="storefront"}[WINDOW]))'
            ' / sum(rate(lab_client_calls_total{service="storefront"}[WINDOW]))'
        ),
        "error_ratio": (
            '1 - sum(rate(lab_served_total{service="edge"}[WINDOW]))'
            ' / sum(rate(lab_requests_total{service="edge"}[WINDOW]))'
        ),
    }
)
"""Query -> PromQL with ``WINDOW`` for the range. /s; attempts per call; 0..1."""


def query_text(query: str, window_s: float) -> str:
    """The PromQL of a query over a window (whole milliseconds)."""
    return QUERIES[query].replace("WINDOW", f"{round(window_s * 1000)}ms")
