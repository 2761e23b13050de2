"""Is this machine fit for the lab, would a drill be valid here, and if not, what to do. Nothing is installed."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

from lab.doctor.bridges_queue import bridges_queue
from lab.doctor.cpu_kinds import cpu_kinds
from lab.doctor.diagnosis import Diagnosis
from lab.doctor.herd import herd
from lab.doctor.home_folder import home_folder
from lab.doctor.lock_folder import lock_folder
from lab.doctor.loopback import loopback
from lab.doctor.machine import MACHINE
from lab.doctor.machine_readings import Readings
from lab.doctor.measure import SECONDS, measure
from lab.doctor.measured import measured
from lab.doctor.plane_memory import planes_memory
from lab.doctor.prediction import Asked, Prediction, predict
from lab.doctor.programs import monitors, runtimes
from lab.doctor.shown import show
from lab.doctor.sleeping import sleeping
from lab.drillfile import Drill
from lab.report.console import Console
from lab.runtime.base import SetupError
from lab.runtime.slots import measuring_now
from lab.session.herd import clients_of

FIT, UNFIT = 0, 4
BUSY = "Measured"


@dataclass(frozen=True, slots=True)
class Examination:
    """All that was found. Without ``readings`` nothing was measured, and a finding says why."""

    findings: tuple[Diagnosis, ...]
    predictions: tuple[Prediction, ...]
    readings: Readings | None

    @property
    def fit(self) -> bool:
        """Nothing essential is missing, and one runtime can carry the drill when the machine is quiet."""
        if any(finding.state == "fail" for finding in self.findings):
            return False
        return not self.predictions or not all(one.lasting for one in self.predictions)


def main(drill: Drill, *, as_json: bool = False) -> int:
    """Examine, print it for people or as JSON, and say whether the lab can run here: 0, else 4."""
    if not as_json:
        say = f"Measuring for {SECONDS:g} s: idle CPU and timers, then speed (this keeps the cores busy)."
        Console().print(say, highlight=False)
    found = examine(asked(drill), lambda: measure(SECONDS))
    if as_json:
        said = {
            "fit": found.fit,
            "findings": list(map(asdict, found.findings)),
            "predictions": list(map(asdict, found.predictions)),
            "readings": asdict(found.readings) if found.readings else None,
        }
        sys.stdout.write(json.dumps(said, indent=2) + "\n")
    else:
        show(Console(), found.findings, found.predictions, fit=found.fit)
    return FIT if found.fit else UNFIT


def asked(drill: Drill) -> Asked:
    """A drill, as far as it matters here: of its variants the one that asks for most."""
    rate_rps = max(one.load.requests_rps for one in drill.runs)
    monitored = any(one.monitoring is not None for one in drill.runs)
    return Asked(drill.name, rate_rps, monitored, clients_of(drill))


def examine(drill: Asked, measuring: Callable[[], Readings]) -> Examination:
    """Every check, in the order in which they are shown. Each is independent of the others."""
    locks = lock_folder()
    readings, why_not = _measured(measuring) if locks.state == "ok" else (None, [])
    queue = bridges_queue()
    addresses = loopback()
    programs, works = runtimes(local_fit=queue.state == addresses.state == "ok")
    findings = (
        *(check() for check in MACHINE),
        *(why_not if readings is None else measured(readings)),
        cpu_kinds(),
        sleeping(),
        addresses,
        queue,
        *herd(drill.clients),
        *monitors(),
        planes_memory(),
        home_folder(),
        locks,
        *programs,
    )
    predictions = () if readings is None else tuple(predict(readings, runtime, drill) for runtime in works)
    return Examination(findings, predictions, readings)


def _measured(measuring: Callable[[], Readings]) -> tuple[Readings | None, list[Diagnosis]]:
    """Unless a drill is being measured: five busy seconds would spoil its figures."""
    try:
        holder = measuring_now()
    except SetupError as error:
        return None, [Diagnosis(BUSY, "warn", str(error), "See the lock folder")]
    if holder is None:
        return measuring(), []
    found = f"not now: it would disturb a drill that is being measured, {holder}"
    return None, [Diagnosis(BUSY, "warn", found, "Try again when it has ended")]
