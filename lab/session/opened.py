"""The first line of a journal: what runs, with what, on which machine."""

from datetime import UTC, datetime

from lab.journal.events import RunOpened
from lab.journal.latency import FIRST_MS, GROWTH
from lab.probes.host_probe import describe_machine
from lab.runs.folder import RunFolder
from lab.runs.provenance import versions
from lab.runtime.base import Runtime
from lab.session.request import Request
from lab.topology import load_topology


def opened(request: Request, folder: RunFolder, runtime: Runtime) -> RunOpened:
    """As the journal says it."""
    return RunOpened(
        run=folder.name,
        drill=request.drill.resolved(),
        runtime=runtime.name,
        isolation=runtime.isolation,
        seed=request.drill.seed,
        interactive=folder.interactive,
        rerun_of=request.rerun_of,
        started_utc=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions([request.drill]),
        machine=describe_machine(),
        topology=dict(load_topology(request.topology_file, request.variables()).roles),
        latency_growth=GROWTH,
        latency_first_ms=FIRST_MS,
    )
