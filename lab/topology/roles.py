"""What each service is for, as ``x-lab`` in the Compose file says it: the lab quotes no service's name elsewhere.

    x-lab: {kind: client, settings: services.storefront, calls: [auth], watched: true}

    load ──▶ server ──▶ client ──▶ [ device ] ──▶ server ──▶ server        calls, as the load's requests go
                                       ▲
                   instrument, other clients                               calls beside them

A *role* is what counters, conditions and the blast radius speak of. A service plays one, under its own name, or several
that share its process, each at ports of its own there:

    x-lab: {roles: {shop: {kind: client, calls: [auth], data: 8080, control: 9000}, news: {..., data: 8081, ...}}}

What happens to a process (its end, its CPU, its memory, its log) has the service's name.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

RoleKind = Literal["device", "client", "server", "load", "instrument", "monitor"]
"""device: has the finite capacity that others call over. client: calls over a device. server: answers, or passes on.

load: makes the arrivals. instrument: what the lab itself sends. monitor: watches, and pages.
"""
When = Literal["configured", "load", "reserve", "monitoring"]
"""A role that is part of a run on demand: where the drill configures it, gives it a share of the load, asks for a
reserve device, or asks for monitoring."""


class Role(BaseModel):
    """One role.

    Attributes:
        service: the service whose process plays it.
        kind: see above.
        settings: the module of its live settings (``Settings``); empty: it has none.
        calls: roles that it calls, whatever device lies between; of a device: to whom it hands what it accepts.
        watched: a monitoring plane scrapes it.
        when: on whose demand it is part of a run; None: of every run.
        plane: of a monitor: the plane that it belongs to.
        shared: other roles are played by the same process.
        processes: how many play it together; None: one, and no drill can have it otherwise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    kind: RoleKind
    settings: str = ""
    calls: tuple[str, ...] = ()
    watched: bool = False
    when: When | None = None
    plane: str | None = None
    shared: bool = False
    processes: int | None = None


class Roles(Mapping[str, Role]):
    """All roles of a topology by name, and who is what to whom.

    They never change, and folding a journal asks for each event who is what: so each answer is worked out once.
    """

    def __init__(self, roles: Mapping[str, Role]) -> None:
        self._roles = dict(roles)

    def __getitem__(self, name: str) -> Role:
        return self._roles[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._roles)

    def __len__(self) -> int:
        return len(self._roles)

    def of_kind(self, *kinds: RoleKind) -> tuple[str, ...]:
        """The roles of these kinds, in the order of the file."""
        return tuple(name for name, role in self.items() if role.kind in kinds)

    def named_by(self, target: str) -> tuple[str, ...]:
        """Whom a name means: itself, or the roles that share the process of a service of this name."""
        sharing = tuple(name for name, role in self.items() if role.service == target)
        return (target,) if target in self else sharing or (target,)

    def process_of(self, name: str) -> str:
        """The service whose process plays a role."""
        return self[name].service if name in self else name

    @cached_property
    def device(self) -> str:
        """The device that is part of every run: calibrated, and crossed by who is not routed elsewhere.

        Empty where there is none.
        """
        return next((name for name in self.of_kind("device") if self[name].when is None), "")

    @cached_property
    def reserves(self) -> tuple[str, ...]:
        """The devices beside it, idle until something is routed to them."""
        return tuple(name for name in self.of_kind("device") if self[name].when == "reserve")

    @cached_property
    def load(self) -> str:
        """Who makes the arrivals; empty where nothing does."""
        return next(iter(self.of_kind("load")), "")

    @cached_property
    def canary(self) -> str:
        """The instrument: calls over the device apart from the clients, and runs the calibration's closed loop."""
        return next(iter(self.of_kind("instrument")), "")

    @cached_property
    def asked_by_canary(self) -> frozenset[str]:
        """Whom the instrument's calls reach, the instrument among them."""
        return self.reached_from(self.canary)

    @cached_property
    def entrance(self) -> str:
        """Whom the load calls: where its requests come in."""
        return next(iter(self._calls(self.load)), "")

    @cached_property
    def behind_device(self) -> str:
        """To whom the device hands what it accepts, which so counts what came through."""
        return next(iter(self._calls(self.device)), "")

    @cached_property
    def pager(self) -> str:
        """The monitor that takes the pages: the one which the planes' monitors call at last."""
        called = {end for name in self.of_kind("monitor") for end in self._calls(name)}
        return next((name for name in self.of_kind("monitor") if name in called and not self[name].calls), "")

    @cached_property
    def serving(self) -> frozenset[str]:
        """The clients that call for the load's requests; a client that nothing calls works for itself."""
        return frozenset(name for name in self.reached_from(self.load) if self[name].kind == "client")

    @cached_property
    def aside(self) -> frozenset[str]:
        """Who calls apart from the load's requests (and the load itself): its counts are not the clients'."""
        callers = self.of_kind("load", "instrument", "client")
        return frozenset(callers) - self.serving

    @cached_property
    def callers(self) -> frozenset[str]:
        """Who calls over a device and counts what became of it: clients, and the instrument."""
        return frozenset(self.of_kind("client", "instrument"))

    @cached_property
    def client(self) -> str:
        """The serving client that is part of every run."""
        return next((name for name in self if name in self.serving and self[name].when is None), "")

    @cached_property
    def passing_on(self) -> frozenset[str]:
        """Servers that the load's requests go through or end at: no rivals of the clients for the device."""
        path = self.reached_from(self.load) | {self.behind_device}
        return frozenset(name for name in path if name in self and self[name].kind == "server")

    def ends_of(self, top: str) -> tuple[str, ...]:
        """Where a chain of calls that begins at ``top`` ends: who calls no one else."""
        return tuple(name for name in self if name in self.reached_from(top) and not self[name].calls)

    def reached_from(self, top: str) -> frozenset[str]:
        """Whom ``top`` calls, directly or through others; ``top`` itself is among them where it is a role."""
        found: set[str] = set()
        todo = [top]
        while todo:
            name = todo.pop()
            if name in self and name not in found:
                found.add(name)
                todo.extend(self[name].calls)
        return frozenset(found)

    def _calls(self, name: str) -> Iterable[str]:
        return self[name].calls if name in self else ()
