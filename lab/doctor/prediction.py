"""Will a drill be valid here, and up to which rate: from readings alone, nothing is measured.

    need    = what the lab uses in a storm at this rate (lab.doctor.cost) x how much slower a piece of work is here
    share   = need / available            available: idle, and left by the limits of the control groups
    busiest = the same for the process that uses most, of one core

| fit up to | doubtful up to | what | because |
|---|---|---|---|
| 60 % | 85 % | share | the highest storm measured valid (`docs/measured/benchmarks.md`: 200 requests/s, 830 attempts/s on two cores) comes to 56 % by this formula; a machine without idle CPU ends runs (`abort-if: host_cpu_idle`) |
| 60 % | 80 % | busiest | the check *processes* fails at 80 % |
| 25 ms | 50 ms | 1 in 100 sleeps late | the check *processes*: event loops late by 50 ms |
| 5 ms | 10 ms | 1 in 20 sleeps late (embedded) | the governor loses what would fill its bucket beyond half a period of 20 ms (`chaos.governor.bucket`) |
| 1 % | 2 % | steal | the check *host* fails at 2 % |
| 3 x | - | jitter of a piece of work | one core's speed decides whether calibration windows agree within 15 % |
| 1.25 x | 1 x | memory over what the lab takes | |

A storm is reckoned with three retries per request, the most that the drills' own clients make; one with retries at several
layers (`retry-chain`) needs more. *Lasting*: it would be not fit on an idle machine, too; else a quiet one may do.
"""  # noqa: E501  a table's rows

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from lab.doctor.cost import COSTS, MB, REFERENCE_PIECE_MS, Cost
from lab.doctor.machine_readings import Readings

Word = Literal["fit", "doubtful", "not fit"]
WORDS: tuple[Word, ...] = ("fit", "doubtful", "not fit")

SHARE = (0.60, 0.85)
BUSIEST = (0.60, 0.80)
LATE_MS = (25.0, 50.0)
GOVERNOR_LATE_MS = (5.0, 10.0)
STEAL = (0.01, 0.02)
JITTER = 3.0
MEMORY = (1.25, 1.0)
RETRIES = 3.0
MOST_RPS = 1000
"""No storm of more requests/s was ever tried; what is beyond is not claimed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A drill, as far as it matters here. ``monitored``: both planes are part of the lab.

    ``clients`` hold connections of their own (``lab.session.herd``).
    """

    name: str
    rate_rps: float
    monitored: bool = False
    clients: int = 0


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is to be expected of a drill with one runtime.

    ``share`` is need / available; ``up_to_rps`` the highest rate at which it would be fit, 0: none.
    """

    runtime: str
    drill: str
    rate_rps: float
    word: Word
    because: tuple[str, ...]
    share: float
    up_to_rps: int
    lasting: bool = False


class _Doubt(NamedTuple):
    """One thing looked at: how bad, in words, and whether it stays so on an idle machine."""

    grade: int
    text: str
    lasting: bool = False


def predict(readings: Readings, runtime: str, asked: Asked) -> Prediction:
    """The word, every reason for it, and the highest rate."""
    cost = COSTS[runtime]
    cpu = list(_of_rate(readings, cost, asked.rate_rps))
    rest = [*_of_machine(readings, runtime), *_of_memory(readings, cost, asked)]
    found = [doubt for doubt in (*cpu, *rest) if doubt.grade]
    worst = max((doubt.grade for doubt in found), default=0)
    possible = max((doubt.grade for doubt in rest), default=0) == 0
    return Prediction(
        runtime=runtime,
        drill=asked.name,
        rate_rps=asked.rate_rps,
        word=WORDS[worst],
        because=tuple(doubt.text for doubt in found if doubt.grade == worst) or (cpu[0].text,),
        share=_share(readings, cost, asked.rate_rps),
        up_to_rps=_highest(readings, cost) if possible else 0,
        lasting=any(doubt.lasting for doubt in found),
    )


def _slowness(readings: Readings) -> float:
    """How much longer a piece of work takes here than on the machine of the costs."""
    return readings.piece_ms / REFERENCE_PIECE_MS


def _need(readings: Readings, cost: Cost, rate_rps: float) -> float:
    return _slowness(readings) * cost.cores(rate_rps, RETRIES)


def _share(readings: Readings, cost: Cost, rate_rps: float) -> float:
    """Need / available; more than there can be where nothing is."""
    return _need(readings, cost, rate_rps) / max(readings.available_cores, 0.01)


def _busiest(readings: Readings, cost: Cost, rate_rps: float) -> float:
    return _slowness(readings) * cost.busiest_cores(rate_rps, RETRIES)


def _of_rate(readings: Readings, cost: Cost, rate_rps: float) -> Iterator[_Doubt]:
    """CPU: all of it, then the busiest process's."""
    need, share = _need(readings, cost, rate_rps), _share(readings, cost, rate_rps)
    free = f"{readings.available_cores:.2f} are free (fit: up to {100 * SHARE[0]:.0f} % of them)"
    text = f"it needs {need:.2f} cores, and {free}"
    yield _Doubt(_above(share, SHARE), text, need / readings.limit_cores > SHARE[1])
    busiest = _busiest(readings, cost, rate_rps)
    text = f"the busiest process needs {100 * busiest:.0f} % of a core (a run with 80 % is invalid)"
    yield _Doubt(_above(busiest, BUSIEST), text)


def _of_machine(readings: Readings, runtime: str) -> Iterator[_Doubt]:
    """What does not depend on the rate."""
    late = f"1 in 100 sleeps of 1 to 2 ms ends {readings.late_p99_ms:.0f} ms late (limit {LATE_MS[1]:g} ms)"
    yield _Doubt(_above(readings.late_p99_ms, LATE_MS), late)
    if runtime == "embedded":
        late = f"1 in 20 sleeps of 1 to 2 ms ends {readings.late_p95_ms:.0f} ms late"
        text = f"{late}: the bridge's governor needs {GOVERNOR_LATE_MS[1]:g} ms"
        yield _Doubt(_above(readings.late_p95_ms, GOVERNOR_LATE_MS), text)
    if readings.steal_share is not None:
        text = f"{100 * readings.steal_share:.1f} % of the CPU time is stolen (limit {100 * STEAL[1]:.0f} %)"
        yield _Doubt(_above(readings.steal_share, STEAL), text)
    text = f"the same work takes {readings.piece_jitter:.1f} times as long 1 time in 20"
    yield _Doubt(int(readings.piece_jitter > JITTER), text)


def _of_memory(readings: Readings, cost: Cost, asked: Asked) -> Iterator[_Doubt]:
    need = cost.memory_bytes + (cost.planes_bytes if asked.monitored else 0)
    free = readings.memory_free_bytes
    text = f"it needs {need / MB:.0f} MB, and {free / MB:.0f} MB are free"
    limit = readings.memory_limit
    if limit is not None:
        text += f" of a limit of {limit.limit_bytes / MB:.0f} MB"
    grade = 0 if free >= MEMORY[0] * need else 1 if free >= MEMORY[1] * need else 2
    yield _Doubt(grade, text, limit is not None and limit.limit_bytes < need)


def _above(value: float, limits: tuple[float, float]) -> int:
    """0: up to the first limit; 1: up to the second; 2: above."""
    return sum(value > limit for limit in limits)


def _highest(readings: Readings, cost: Cost) -> int:
    """The highest rate, of two digits, at which no doubt is left; costs are linear in it."""
    fit = [
        rate
        for rate in (*range(1, 100), *range(100, MOST_RPS + 1, 10))
        if not any(doubt.grade for doubt in _of_rate(readings, cost, float(rate)))
    ]
    return max(fit, default=0)
