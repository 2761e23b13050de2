"""A run as one customer of the load saw it.

Every figure of requests (offered, good, latency, errors, in flight, and what follows from them: stuck, recovered) is
then the customer's; everything else is as it was.
"""

import copy
from dataclasses import replace

from lab.analysis.timeline.rows import Rows
from lab.analysis.timeline.seconds import Cohort, Seconds, Seen
from lab.analysis.timeline.timeline import Timeline
from lab.journal.customer_figures import CustomerCohort

_NONE = CustomerCohort(requests=0, sent=0, good=0)
"""Of a second in which none of its sessions was due."""


class _SecondsOfCustomer(Seconds):
    """What was observed, with the customer's cohorts in place of the load's."""

    def __init__(self, whole: Seconds, customer: str) -> None:
        super().__init__()
        self.__dict__.update(whole.__dict__)
        self.changed = set()
        self._customer = customer

    def at(self, second: int) -> Seen:
        seen = super().at(second)
        cohort = None if seen.load is None else cohort_of(seen.load, self._customer)
        return replace(seen, load=cohort, in_flight=seen.in_flight_of.get(self._customer))


def of_customer(timeline: Timeline, customer: str) -> Timeline:
    """The run with the figures of one customer, as far as it is known now: later events are not in it."""
    view = copy.copy(timeline)
    view.seconds = _SecondsOfCustomer(timeline.seconds, customer)
    view._rows = Rows(view.seconds)  # noqa: SLF001  the view is a timeline of this package
    return view


def cohort_of(cohort: Cohort, customer: str) -> Cohort:
    """A customer's part of a cohort of the load, final or provisional as that is."""
    own = cohort.customers.get(customer, _NONE)
    return cohort.model_copy(
        update={
            "requests": own.requests,
            "sent": own.requests if own.sent is None else own.sent,
            "attempts": own.requests,
            "good": own.good,
            "failed": own.failed,
            "latency": own.latency,
            "customers": {},
        }
    )
