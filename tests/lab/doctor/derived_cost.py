"""What a request costs, worked out from the golden journals: three phases, three unknowns each."""

import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lab.analysis import Timeline
from lab.journal import read
from lab.journal.events import BridgeSample, LoadSample, ServiceSample

GOLDEN = Path(__file__).parents[2] / "data" / "golden"
SETTLES_S = 1.0
"""So long after a phase's beginning nothing is counted, for what is left of the one before."""
BUSIEST = "storefront"


class Phase(NamedTuple):
    """A phase as it was: per second, and in cores."""

    requests_rps: float
    retries_rps: float
    cores: float
    busiest_cores: float
    busy_cores: float


class Derived(NamedTuple):
    """In cores, and ms for each; as in :class:`lab.doctor.cost.Cost`."""

    base_cores: float
    request_ms: float
    retry_ms: float
    busiest_base_cores: float
    busiest_request_ms: float
    busiest_retry_ms: float
    beside: float


def derived(runtime: str, folder: Path) -> Derived:
    """Solve for both the whole lab and its busiest process."""
    hysteresis, storm = (timeline(runtime, drill, folder) for drill in ("hysteresis.naive", "retry-storm"))
    quiet, served = phase(hysteresis, "baseline"), phase(storm, "baseline")
    phases = (quiet, served, phase(storm, "aftermath"))
    rates = np.array([[1.0, one.requests_rps, one.retries_rps] for one in phases])
    base, request, retry = np.linalg.solve(rates, np.array([one.cores for one in phases]))
    busiest = np.linalg.solve(rates, np.array([one.busiest_cores for one in phases]))
    guarded = phase(timeline(runtime, "retry-storm-guarded", folder), "baseline")
    beside = min(one.busy_cores / one.cores for one in (quiet, served, guarded))
    return Derived(
        base_cores=float(base),
        request_ms=1000 * float(request),
        retry_ms=1000 * float(retry),
        busiest_base_cores=float(busiest[0]),
        busiest_request_ms=1000 * float(busiest[1]),
        busiest_retry_ms=1000 * float(busiest[2]),
        beside=beside,
    )


def timeline(runtime: str, drill: str, folder: Path) -> Timeline:
    """A golden run."""
    path = folder / f"{runtime}-{drill}.jsonl"
    path.write_bytes(gzip.decompress((GOLDEN / f"{runtime}-{drill}.journal.jsonl.gz").read_bytes()))
    return Timeline.fold(read(path).events)


def phase(run: Timeline, name: str) -> Phase:
    """What a phase took, by the growth of cumulative figures in it."""
    found = run.phase(name)
    assert found is not None
    assert found.end_s is not None
    span = (found.start_s + SETTLES_S, found.end_s)

    def rate(points: Sequence[tuple[float, float | None]]) -> float:
        known = [(t, value) for t, value in points if value is not None and span[0] <= t <= span[1]]
        return (known[-1][1] - known[0][1]) / (known[-1][0] - known[0][0]) if len(known) > 1 else 0.0

    def cpu(samples: Iterable[ServiceSample | LoadSample | BridgeSample]) -> float:
        return rate([(s.t, s.cpu_s_total) for s in samples])

    services = {name: cpu(samples) for name, samples in run.services.items()}
    requests_rps = rate([(s.t, s.sent_total) for s in run.loads])
    attempts_rps = rate([(s.t, s.attempts_total) for s in run.services[BUSIEST]])
    return Phase(
        requests_rps,
        max(0.0, attempts_rps - requests_rps),
        sum(services.values())
        + cpu(run.loads)
        + cpu(run.bridges)
        + rate([(s.t, s.lab_cpu_s_total) for s in run.hosts])
        + rate([(s.t, s.governor_cpu_s_total) for s in run.hosts]),
        services[BUSIEST],
        rate([(s.t, s.total_s_total - s.idle_s_total) for s in run.hosts]),
    )
