"""Fast and slow CPUs in one machine: a service that moves between them changes its speed in the middle of a run."""

from collections.abc import Iterable
from pathlib import Path

from lab.doctor.diagnosis import Diagnosis
from lab.probes.cpu_kinds import CPUS, as_ranges, read_cpu_kinds

FEWEST = 2
NAME = "CPU kinds"


def cpu_kinds(cpus: Path = CPUS, usable_cpus: Iterable[int] | None = None) -> Diagnosis:
    """Whether the CPUs that may be used are of one kind; where the system doesn't say, they are taken to be."""
    kinds = read_cpu_kinds(cpus, usable_cpus)
    if not kinds.slow:
        return Diagnosis(NAME, "ok", kinds.words)
    found = f"{kinds.words}: speed changes when a process moves from one kind to the other"
    if len(kinds.fast) < FEWEST:
        todo = "Expect reruns: there is one fast CPU only, and the lab needs two. `--reruns 2` repeats"
    else:
        todo = f"Pin the lab to the fast ones (embedded): taskset -c {as_ranges(kinds.fast)} lab run DRILL"
    return Diagnosis(NAME, "warn", found, todo)
