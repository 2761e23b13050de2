"""Each customer of the load in a line, where it has several."""

from collections.abc import Mapping

from lab.analysis.verdict.customer_verdict import CustomerFigures
from lab.analysis.verdict.verdict import Figures, Verdict
from lab.report import headline_figures as figures

TITLE = "Customers"
FEWEST = 2
"""Customers from which on the figures of each are more than those of all."""


def shown_customers(verdict: Verdict) -> Mapping[str, CustomerFigures]:
    """Those that are shown by themselves: none where one customer is the load."""
    customers = verdict.metrics.customers
    return customers if len(customers) >= FEWEST and verdict.phases else {}


def customer_lines(verdict: Verdict) -> list[str]:
    """``streaming: 30/s offered, 29.8/s good before, 0/s after the trigger; stuck for 15 s; back after 3.5 s``."""
    return [f"{name}: {_said(own, verdict.metrics)}" for name, own in shown_customers(verdict).items()]


def _said(own: CustomerFigures, whole: Figures) -> str:
    rates = [
        f"{figures.rate(own.offered_rps)} offered",
        f"{figures.rate(own.goodput_baseline_rps)} good before",
    ]
    if whole.trigger_end_s is not None:
        rates.append(f"{figures.rate(own.goodput_after_trigger_rps)} after the trigger")
    return "; ".join(filter(None, (", ".join(rates), stuck(own), recovered(own, whole))))


def stuck(own: CustomerFigures) -> str:
    """Whether its storm outlived the trigger; blank where that was not judged."""
    if own.stuck is None:
        return ""
    return f"stuck for {figures.seconds(own.stuck_s)}" if own.stuck else "not stuck"


def recovered(own: CustomerFigures, whole: Figures) -> str:
    """When it was served again; blank where that was not judged."""
    since = "the mitigation" if whole.mitigation_s is not None else "the trigger's end"
    if own.time_to_recover_s is not None:
        return f"recovered {figures.seconds(own.time_to_recover_s)} after {since}"
    if own.back_from_s is not None:
        return f"served again {figures.seconds(own.back_from_s)} after {since}, when the run ended soon"
    if own.censored_at_s is not None:
        return f"not recovered, watched for {figures.seconds(own.censored_at_s)} after {since}"
    return ""


def failed(counts: dict[str, int]) -> str:
    """What was not good, by kind: ``210 timeout, 3 reset``."""
    kinds = sorted(counts.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{figures.count(count)} {kind}" for kind, count in kinds if count) or "nothing"
