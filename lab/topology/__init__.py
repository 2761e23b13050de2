"""What the lab consists of, read from ``compose/compose.yaml``: the only place that lists services.

The embedded runtime interprets a closed subset of the Compose specification. Whatever is outside of it is
refused with file, line and remedy, never skipped in silence.
"""

from lab.topology.check_roles import processes_variable
from lab.topology.errors import TopologyError
from lab.topology.load import load_topology
from lab.topology.model import Health, Mount, ServiceSpec, Topology, known_names, spec_of, why_no_process
from lab.topology.roles import Role, Roles

__all__ = [
    "Health",
    "Mount",
    "Role",
    "Roles",
    "ServiceSpec",
    "Topology",
    "TopologyError",
    "known_names",
    "load_topology",
    "processes_variable",
    "spec_of",
    "why_no_process",
]
