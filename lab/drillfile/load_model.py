"""What the load is: customers, each an open-loop arrival process, or one arrival process without a name."""

from typing import Literal, Self

from lab.drillfile.frozen import Frozen

MOST_RATE_RPS = 5000.0
"""What one load generator may be asked for, in requests/s, by all customers together."""
RATE_RPS = (0.1, MOST_RATE_RPS)
GIVE_UP_S = (0.1, 60.0)
SLO_S = (0.001, 60.0)
"""Least and most seconds."""


class SessionStep(Frozen):
    """One request of a session, ``pause_s`` after the one before it."""

    name: str
    path: str
    pause_s: float = 0.0


class Customer(Frozen):
    """A named arrival process: sessions that begin at a rate, whatever becomes of those before them.

    A session is one request of the load: good when each of its steps has a correct answer within ``slo_s``, given up
    after ``give_up_s``; both count from its intended start, without its own pauses. ``persistent``: it opens a
    connection of its own, and fails when that is lost; else connections are pooled.
    """

    name: str
    target: str
    rate_rps: float
    give_up_s: float = 5.0
    slo_s: float = 2.0
    steps: tuple[SessionStep, ...]
    persistent: bool = False

    @property
    def pauses_s(self) -> float:
        """How long a session waits by its own will."""
        return sum(step.pause_s for step in self.steps)


class Load(Frozen):
    """What the customers ask for, in an open loop; given up after ``give_up_s``, good within ``slo_s``.

    With ``customers`` the rate is that of all together, the two limits are the longest of theirs, and ``target`` is
    the first one's; without, it is one arrival process without a name.
    """

    target: str
    rate_rps: float
    arrivals: Literal["poisson"] = "poisson"
    give_up_s: float = 5.0
    slo_s: float = 2.0
    customers: tuple[Customer, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The customers' names; none where the load is one arrival process without a name."""
        return tuple(customer.name for customer in self.customers)

    @property
    def targets(self) -> tuple[str, ...]:
        """The services that requests are sent to, each once."""
        return tuple(dict.fromkeys(customer.target for customer in self.customers)) or (self.target,)

    @property
    def asks_for(self) -> frozenset[str]:
        """The services that requests are sent to or name by the first part of their path, as edge passes them on."""
        paths = (step.path for customer in self.customers for step in customer.steps)
        return frozenset({*self.targets, *(path.lstrip("/").partition("/")[0] for path in paths)})

    @property
    def requests_rps(self) -> float:
        """Requests per second that go over the wire when all is well: one for each step of each session."""
        return sum(one.rate_rps * len(one.steps) for one in self.customers) or self.rate_rps

    @property
    def patience_s(self) -> float:
        """The longest that a session may take, from its intended start to its end."""
        return max((one.give_up_s + one.pauses_s for one in self.customers), default=self.give_up_s)

    @property
    def answered_s(self) -> float:
        """So long after its intended start it is known of any session whether it is good."""
        return max((one.slo_s + one.pauses_s for one in self.customers), default=self.slo_s)

    def customer(self, name: str) -> Customer | None:
        """The customer of this name."""
        return next((customer for customer in self.customers if customer.name == name), None)

    def at_rate(self, rate_rps: float) -> Self:
        """The same load at another rate, shared among the customers as before."""
        factor = rate_rps / self.rate_rps
        customers = tuple(
            one.model_copy(update={"rate_rps": one.rate_rps * factor}) for one in self.customers
        )
        return self.model_copy(update={"rate_rps": rate_rps, "customers": customers})
