"""What on-call asks a plane each second, as PromQL. The same counters are the truth that answers are held against."""

from collections.abc import Mapping
from types import MappingProxyType

QUERIES: Mapping[str, str] = MappingProxyType(
    {
        "goodput": 'sum(rate(lab_served_total{service="ENTRANCE"}[WINDOW]))',
        "amplification": (
            'sum(rate(lab_client_attempts_total{service="CLIENT"}[WINDOW]))'
            ' / sum(rate(lab_client_calls_total{service="CLIENT"}[WINDOW]))'
        ),
        "error_ratio": (
            '1 - sum(rate(lab_served_total{service="ENTRANCE"}[WINDOW]))'
            ' / sum(rate(lab_requests_total{service="ENTRANCE"}[WINDOW]))'
        ),
    }
)
"""Query -> PromQL; ``WINDOW`` is the range, ``ENTRANCE`` and ``CLIENT`` are services. /s; attempts per call; 0..1."""


def query_text(query: str, window_s: float, entrance: str, client: str) -> str:
    """The PromQL of a query over a window (whole milliseconds), of where requests come in and who calls for them."""
    text = QUERIES[query].replace("WINDOW", f"{round(window_s * 1000)}ms")
    return text.replace("ENTRANCE", entrance).replace("CLIENT", client)
