"""What someone asks of the lab."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values

from lab import resources
from lab.drillfile import Drill
from lab.monitoring import modes
from lab.session.sealed import Sealed
from lab.topology import Roles, Topology, load_topology, processes_variable

PROFILES = "COMPOSE_PROFILES"
"""The variable that says which profiles Compose takes."""


Purpose = Literal["drill", "series", "interactive"]


@dataclass(frozen=True, slots=True)
class Request:
    """A lab, and what it is for.

    Attributes:
        home: where everything goes that outlives a run (:func:`lab.runs.home.lab_home`).
        drill: devices, load, profiles and planes of the lab are this one's.
        runtime: compose or embedded.
        out: where the folder goes; None: ``runs/`` of ``home``.
        also: drills that will run on the same lab, so that it must be able to do them, too.
        purpose: ``drill``: this one alone, and the lab's journal is the run's. ``series``: runs with folders of their
            own. ``interactive``: people play with it, and may have drills run on it.
        takes_turns: its figures matter, so no other such lab of this machine is up at the same time.
        rerun_of: names of the runs that this one repeats, oldest first.
        sealed: the exercise that is played on the lab; None: none is.
    """

    home: Path
    drill: Drill
    runtime: str
    out: Path | None = None
    also: tuple[Drill, ...] = ()
    purpose: Purpose = "drill"
    takes_turns: bool = True
    rerun_of: tuple[str, ...] = ()
    sealed: Sealed | None = None

    def of(self, drill: Drill) -> "Request":
        """What a run of this drill on the lab is asked for."""
        return replace(self, drill=drill)

    def bare(self) -> "Request":
        """What the lab itself does between its runs: nothing is configured, and no condition ends it."""
        reserve = any(drill.reserve for drill in self.drills)
        idle = {"configuration": {}, "abort_if": (), "reserve": reserve}
        return self.of(self.drill.model_copy(update=idle))

    @property
    def drills(self) -> tuple[Drill, ...]:
        """All that the lab must be able to do."""
        return (self.drill, *self.also)

    @property
    def topology_file(self) -> Path:
        """The only place that lists services."""
        return resources.topology()

    @property
    def monitoring_folder(self) -> Path | None:
        """The configuration of the planes that watch this drill; None: none do."""
        mode = self.drill.monitoring
        return None if mode is None else resources.monitoring() / mode

    def variables(self) -> dict[str, str]:
        """What the drill decides about the topology: the bridge's queue, in connections, who watches, who else runs.

        And how many processes play a service.
        """
        mode = self.monitoring_folder
        watched = dotenv_values(mode / "mode.env") if mode else {}
        decided = {name: value for name, value in watched.items() if value is not None}
        topology = load_topology(self.topology_file)
        if profiles := self._profiles(topology, decided.get(PROFILES, "")):
            decided[PROFILES] = profiles
        if any(drill.reserve for drill in self.drills):
            ports = {name: topology.services[name].expose for name in topology.roles.reserves}
            decided["BRIDGE_RESERVE"] = next(f"http://{name}:{port[0]}" for name, port in ports.items())
        several = {processes_variable(name): str(number) for name, number in self.drill.processes.items()}
        return {"BRIDGE_QUEUE": str(listen_queue(self.drill)), **several, **decided}

    def _profiles(self, topology: Topology, watched: str) -> str:
        """Those of a way of monitoring, and those of the roles that the drills ask for themselves."""
        chosen = watched.split(",")
        for drill in self.drills:
            for name in sorted(asked_for(drill, topology.roles)):
                chosen += topology.services[topology.roles[name].service].profiles
        return ",".join(dict.fromkeys(filter(None, chosen)))


def asked_for(drill: Drill, roles: Roles) -> frozenset[str]:
    """The roles that are part of a run because its drill asks for them: reserve, customers, what it configures."""
    wanted = {
        "reserve": frozenset(roles.reserves if drill.reserve else ()),
        "load": drill.load.asks_for,
        "configured": frozenset(drill.configuration),
    }
    return frozenset(name for name, role in roles.items() if name in wanted.get(role.when or "", ()))


def listen_queue(drill: Drill) -> int:
    """Connections that the bridge's queue holds: ``headroom x rate x queue_s``, so many seconds of work."""
    return max(1, round(drill.bridge.headroom * drill.load.requests_rps * drill.bridge.queue_s))


def known_services() -> Roles:
    """The roles that a drill may name."""
    return load_topology(resources.topology()).roles


def known_modes() -> frozenset[str]:
    """The ways in which a drill's shared monitoring plane may see main."""
    return frozenset(modes(resources.monitoring()))
