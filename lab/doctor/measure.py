"""Five seconds of measuring: idle CPU, speed, timers, and what a limit does to them. Nothing else is started.

    0 s ───── sleeps of 1 to 2 ms ───── 2 s ── pieces of work, one thread ── 4 s ── all CPUs ── 5 s
        idle, steal, how late one wakes           speed and its jitter           CPU granted

In the first part this process uses next to nothing, so what is busy then is others. In the last part up to four
threads compute at once: a CPU limit holds them back, also one that can't be read from inside a container.
"""

import ctypes
import hashlib
import json
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from lab.cgroups import Limits, find_limits
from lab.doctor.machine_readings import Readings
from lab.probes.cpu_kinds import usable
from lab.probes.host_probe import memory_free_bytes

SECONDS = 5.0
PARTS = (0.4, 0.4, 0.2)
"""Of the time: sleeps, pieces of work, all CPUs."""
SLEEPS_S = (0.001, 0.0015, 0.002)
MOST_THREADS = 4
ROUNDS, RECORDS = 30, 40
"""What a piece of work is: so many times, so many records are written as JSON and read back."""
ALL = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
"""What CPU time is spent on; guests are part of user and nice."""
PR_SET_TIMERSLACK = 29
TIMER_SLACK_NS = 1_000


@dataclass(frozen=True, slots=True)
class _Cpu:
    """CPU counters at one moment. ``stolen`` and ``all`` of the machine; the rest of the CPUs that we may use."""

    at: float
    idle_s: float
    stolen_s: float
    all_s: float
    own_s: float


def measure(seconds: float = SECONDS, limits: Limits | None = None) -> Readings:
    """Measure for so long."""
    limits = find_limits() if limits is None else limits
    sleeping_s, working_s, computing_s = (part * seconds for part in PARTS)
    before, limited, own_s = _cpu(), limits.of_cpu(), time.process_time()
    with ThreadPoolExecutor(1) as alone:  # the finer timer is this thread's and ends with it
        late = alone.submit(_sleeps, sleeping_s).result()
    after = _cpu()
    pieces = _pieces(working_s)
    threads = min(usable_cpus(), MOST_THREADS)
    granted = _granted(computing_s, threads)
    own_s, now_limited = time.process_time() - own_s, limits.of_cpu()
    cpu_times, wall_times = zip(*pieces, strict=True)
    piece_s, passed_s, all_s = statistics.median(cpu_times), after.at - before.at, after.all_s - before.all_s
    throttled_s = others = 0.0
    if limited is not None and now_limited is not None:
        throttled_s = now_limited.throttled_s_total - limited.throttled_s_total
        if limited.used_s_total is not None and now_limited.used_s_total is not None:
            others = max(0.0, now_limited.used_s_total - limited.used_s_total - own_s) / seconds
    return Readings(
        seconds=seconds,
        cores=usable_cpus(),
        idle_cores=(after.idle_s - before.idle_s + after.own_s - before.own_s) / passed_s,
        granted_cores=granted,
        asked_cores=threads,
        piece_ms=1000 * piece_s,
        piece_jitter=_one_in(20, wall_times) / piece_s,
        late_p95_ms=1000 * _one_in(20, late),
        late_p99_ms=1000 * _one_in(100, late),
        steal_share=(after.stolen_s - before.stolen_s) / all_s if all_s > 0 else None,
        throttled_s=throttled_s,
        cpu_limit=now_limited,
        others_cores=others,
        memory_free_bytes=memory_free_bytes(limits),
        memory_limit=limits.of_memory(),
    )


def usable_cpus() -> int:
    """How many CPUs this process may run on."""
    return len(usable())


def piece() -> int:
    """The fixed piece of work: what the services do most, in Python. Its result is of no use."""
    record = {f"counter_{number}_total": number * 1.5 for number in range(RECORDS)}
    return sum(len(json.loads(json.dumps(record))) for _ in range(ROUNDS))


def _cpu() -> _Cpu:
    each, every = psutil.cpu_times(percpu=True), psutil.cpu_times()
    ours = [each[number] for number in usable() if number < len(each)]
    return _Cpu(
        at=time.monotonic(),
        idle_s=sum(one.idle + getattr(one, "iowait", 0.0) for one in ours),
        stolen_s=getattr(every, "steal", 0.0),
        all_s=sum(getattr(every, name, 0.0) for name in ALL),
        own_s=time.process_time(),
    )


def _sleeps(seconds: float) -> list[float]:
    """By how much each of many short sleeps ended too late, as the governor sleeps: with the finest timer."""
    if Path("/proc/self/timerslack_ns").exists():
        ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0)
    late, until, turn = [], time.monotonic() + seconds, 0
    while (begun := time.monotonic()) < until:
        asked_s = SLEEPS_S[turn % len(SLEEPS_S)]
        time.sleep(asked_s)  # noqa: TID251 - how late it ends is what is measured
        late.append(time.monotonic() - begun - asked_s)
        turn += 1
    return late


def _pieces(seconds: float) -> list[tuple[float, float]]:
    """CPU and wall time of pieces of work, one after the other; at least one."""
    found: list[tuple[float, float]] = []
    until = time.monotonic() + seconds
    while not found or time.monotonic() < until:
        cpu_s, wall_s = time.thread_time(), time.monotonic()
        piece()
        found.append((time.thread_time() - cpu_s, time.monotonic() - wall_s))
    return found


def _granted(seconds: float, threads: int) -> float:
    """CPU that so many threads got at once, in cores. Hashing lets the other threads of Python run."""
    until, block = time.monotonic() + seconds, bytes(1 << 16)

    def compute() -> None:
        while time.monotonic() < until:
            hashlib.sha256(block).digest()

    begun, cpu_s = time.monotonic(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(threads):
            pool.submit(compute)
    return (time.process_time() - cpu_s) / (time.monotonic() - begun)


def _one_in(many: int, values: Sequence[float]) -> float:
    """The value that one in so many reaches or exceeds (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) - -(-len(ordered) // many))]
