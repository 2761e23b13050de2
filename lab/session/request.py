"""What somebody asks of the lab."""

from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

import lab
from lab.drillfile import Drill
from lab.monitoring import modes
from lab.topology import load_topology

BRIDGE = "bridge"
"""The topology's one service that everything crosses."""
PROFILES = "COMPOSE_PROFILES"
"""The variable by which Compose is told which profiles to take."""
ON_DEMAND = {"fleet": "fleet"}
"""Service -> its profile: part of the runs of drills that configure it, and of no others."""
ROOT = Path(lab.__file__).resolve().parent.parent
"""The checkout."""


@dataclass(frozen=True, slots=True)
class Request:
    """One run. ``runtime``: compose or embedded; ``out``: where the run folder goes (None: ``.lab/runs``).

    ``measured``: its figures matter, so it takes turns with other measured runs on this machine.
    """

    root: Path
    drill: Drill
    runtime: str
    out: Path | None = None
    measured: bool = True

    @property
    def topology_file(self) -> Path:
        """The only place that lists services."""
        return self.root / "compose" / "compose.yaml"

    @property
    def monitoring_folder(self) -> Path | None:
        """The configuration of the planes that watch this drill; None: none do."""
        mode = self.drill.monitoring
        return None if mode is None else self.topology_file.parent / "monitoring" / mode

    def variables(self) -> dict[str, str]:
        """What the drill decides about the topology: the bridge's queue, in connections, who watches, who is there."""
        mode = self.monitoring_folder
        watched = dotenv_values(mode / "mode.env") if mode else {}
        asked = {name: value for name, value in watched.items() if value is not None}
        wanted = [ON_DEMAND[service] for service in self.drill.configuration if service in ON_DEMAND]
        if wanted:
            asked[PROFILES] = ",".join(filter(None, [asked.get(PROFILES), *wanted]))
        return {"BRIDGE_QUEUE": str(listen_queue(self.drill)), **asked}


def listen_queue(drill: Drill) -> int:
    """Connections that the bridge's queue holds: ``headroom x rate x queue_s``, so many seconds of work."""
    return max(1, round(drill.bridge.headroom * drill.load.rate_rps * drill.bridge.queue_s))


def known_services(root: Path) -> frozenset[str]:
    """The names that a drill may target."""
    return frozenset(load_topology(root / "compose" / "compose.yaml").services)


def known_modes(root: Path) -> frozenset[str]:
    """The ways in which a drill's shared monitoring plane may see main."""
    return frozenset(modes(root / "compose" / "monitoring"))
