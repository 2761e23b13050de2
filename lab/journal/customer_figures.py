"""What the journal says of single customers of the load, inside of the load's own lines."""

from lab.drillfile.frozen import Frozen
from lab.journal.entry import Buckets, Counts


class CustomerTotals(Frozen):
    """A customer's cumulative counts of sessions; ``requests_total`` went over the wire, one for each step."""

    intended_total: int
    sent_total: int
    requests_total: int
    ok_total: int
    failed_total: Counts
    in_flight: int
    rate_rps: float


class StepCohort(Frozen):
    """A step of the sessions of a cohort: ``latency`` is of those that were good, from the step's own start."""

    sent: int
    good: int
    failed: Counts = {}
    latency: Buckets = {}


class CustomerCohort(Frozen):
    """A customer's part of a cohort: ``requests`` sessions were scheduled; ``steps`` where a session has several.

    ``sent`` is null in journals of schema 1, which do not say how many sessions were begun.
    """

    requests: int
    sent: int | None = None
    good: int
    failed: Counts = {}
    latency: Buckets = {}
    steps: dict[str, StepCohort] = {}
