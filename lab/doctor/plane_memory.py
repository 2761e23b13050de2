"""What the monitoring planes took in the newest run that they watched: they are real programs, and not small."""

from pydantic import ValidationError

from lab.analysis import Verdict
from lab.doctor.diagnosis import Diagnosis
from lab.runs.home import lab_home
from lab.session import RunFolder, list_runs

MB = 1e6
MOST_BYTES = 300 * MB
NAME = "Monitoring"
TODO = (
    "Keep fewer series (metric_relabel_configs in compose/monitoring), scrape less often (--monitoring slow-scrape), "
    "or run drills that don't monitor where memory is short"
)


def planes_memory() -> Diagnosis:
    """The most that both planes took together; more than 300 MB is reported."""
    for run in reversed(list_runs(lab_home())):
        taken = _taken_bytes(run)
        if taken is not None:
            found = f"both planes took {taken / MB:.0f} MB in {run.name}"
            return (
                Diagnosis(NAME, "warn", found, TODO) if taken > MOST_BYTES else Diagnosis(NAME, "ok", found)
            )
    return Diagnosis(NAME, "ok", "memory not measured yet: no kept run had monitoring planes")


def _taken_bytes(run: RunFolder) -> int | None:
    """None: no plane watched, or it was not measured (or the run lives, or is not judged)."""
    try:
        planes = Verdict.model_validate_json(run.verdict.read_bytes()).metrics.monitoring.values()
    except (OSError, ValidationError):
        return None
    sizes = [plane.memory_bytes for plane in planes]
    known = [size for size in sizes if size is not None]
    return sum(known) if known and len(known) == len(sizes) else None
