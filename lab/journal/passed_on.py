"""What the journal says of requests that a service passed on, inside of the service's own lines."""

from lab.drillfile.frozen import Frozen
from lab.journal.entry import Counts


class PassedOn(Frozen):
    """Cumulative counts of the calls to one upstream, as of a client's: ``outcomes_total`` without the kinds at 0."""

    calls_total: int
    attempts_total: int
    first_attempts_total: int
    outcomes_total: Counts = {}
