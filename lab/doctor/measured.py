"""What was measured, in words, each graded by the limits of the prediction."""

from lab.doctor.cost import REFERENCE_PIECE_MS
from lab.doctor.diagnosis import Diagnosis, Grade
from lab.doctor.machine_readings import Readings
from lab.doctor.prediction import GOVERNOR_LATE_MS, JITTER, LATE_MS, STEAL

QUIET = 0.7
"""A machine on which less is idle is a busy one."""
HELD_BACK = 0.01
LIMITED = "The CPU limit holds it back: see CPU above"


def measured(readings: Readings) -> list[Diagnosis]:
    """Idle CPU, speed, timers; stolen and held-back time where there is any."""
    return [*_cpu(readings), _speed(readings), _timers(readings), *_taken(readings)]


def held_back(readings: Readings) -> bool:
    """Whether a CPU limit stopped this process, so that timers and speed say nothing else."""
    return readings.throttled_s > HELD_BACK * readings.seconds


def _cpu(readings: Readings) -> list[Diagnosis]:
    share, cores = readings.idle_cores / readings.cores, readings.available_cores
    found = f"{100 * share:.0f} % idle; {cores:.2f} cores are free for a lab"
    todo = "Stop what else is busy (see `top`): a measurement on a busy machine ends as inconclusive"
    return [Diagnosis("CPU idle", "ok" if share >= QUIET else "warn", found, "" if share >= QUIET else todo)]


def _speed(readings: Readings) -> Diagnosis:
    slowness = readings.piece_ms / REFERENCE_PIECE_MS
    found = f"a piece of work takes {readings.piece_ms:.2f} ms ({slowness:.1f} x the machine of the costs)"
    found += f", 1 in 20 {readings.piece_jitter:.1f} times that"
    if readings.piece_jitter <= JITTER:
        return Diagnosis("Speed", "ok", found)
    todo = "Others use the same cores, or their clock is throttled (heat, battery): calibrations vary"
    todo = LIMITED if held_back(readings) else todo
    return Diagnosis("Speed", "warn", found, todo)


def _timers(readings: Readings) -> Diagnosis:
    late, often = readings.late_p99_ms, readings.late_p95_ms
    found = f"a sleep of 1 to 2 ms ends {often:.1f} ms late 1 time in 20, {late:.1f} ms 1 in 100"
    fine = late <= LATE_MS[0] and often <= GOVERNOR_LATE_MS[0]
    todo = "Others hold the cores, or this is a virtual machine with coarse timers: embedded needs them fine"
    todo = LIMITED if held_back(readings) else todo
    return Diagnosis("Timers", "ok" if fine else "warn", found, "" if fine else todo)


def _taken(readings: Readings) -> list[Diagnosis]:
    findings = []
    if readings.steal_share is not None and readings.steal_share > STEAL[0] / 2:
        state: Grade = "warn" if readings.steal_share > STEAL[0] else "ok"
        todo = "Other virtual machines take it: move to a host that is less busy" if state == "warn" else ""
        findings.append(
            Diagnosis("Steal", state, f"{100 * readings.steal_share:.1f} % of the CPU time was stolen", todo)
        )
    if held_back(readings):
        found = f"by the CPU limit: {readings.throttled_s:.1f} s in {readings.seconds:g} s, all CPUs together"
        findings.append(Diagnosis("Held back", "warn", found, LIMITED))
    return findings
