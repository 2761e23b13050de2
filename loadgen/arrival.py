"""One arrival of a customer's schedule."""

from dataclasses import dataclass

from loadgen.arrival_cohorts import ArrivalCohort
from loadgen.customer import Customer
from loadgen.traits import ArrivalTraits


@dataclass(frozen=True, slots=True)
class Arrival:
    """A session that is to begin.

    Args:
        intended_s: When, on the machine's monotonic clock.
        customer: Whose session.
        cohort: Where it is counted.
        traits: What else it is.
    """

    intended_s: float
    customer: Customer
    cohort: ArrivalCohort
    traits: ArrivalTraits
