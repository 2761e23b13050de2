"""The machine: Python, cores, memory, disk, limits, and small programs."""

import os
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from lab.doctor.diagnosis import Diagnosis, graded

MIB, GIB = 2**20, 2**30
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _python() -> Diagnosis:
    version = sys.version.split()[0]
    return Diagnosis("Python", "ok", f"{version}, {sys.executable}")  # an older one could not have come here


def _cores() -> Diagnosis:
    count = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    todo = "Use a machine with two cores or more: on one, load and services starve each other"
    return graded("CPU", count, (2, 2), f"{count} cores", todo)


def _idle() -> Diagnosis:
    idle = 100 - psutil.cpu_percent(interval=0.5)
    todo = "Stop what else is busy (see `top`): a measurement on a busy machine ends as inconclusive"
    return graded("CPU idle", idle, (70, 0), f"{idle:.0f} % over half a second", todo)


def _memory() -> Diagnosis:
    free = psutil.virtual_memory().available
    todo = "Free some: embedded needs up to 600 MB, containers 900 MB"
    return graded("Memory", free, (1.5 * GIB, 700 * MIB), f"{free / GIB:.1f} GB free", todo)


def _disk() -> Diagnosis:
    free = shutil.disk_usage(Path.cwd()).free
    todo = "Free some, or put runs elsewhere by --out DIR; `lab runs prune` removes old ones"
    return graded("Disk", free, (2 * GIB, 200 * MIB), f"{free / GIB:.1f} GB free here", todo)


def _open_files() -> Diagnosis:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = float("inf") if hard == resource.RLIM_INFINITY else hard
    todo = "Raise the hard limit to 8192 or more (`ulimit -Hn`; /etc/security/limits.conf)"
    return graded(
        "Open files", most, (8192, 2048), f"{soft} now; the lab raises it to {hard} for what it starts", todo
    )


def _ports() -> Diagnosis:
    """A storm leaves tens of thousands of closed connections behind, whose ports must be usable again."""
    try:
        ports = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()
        reuse = Path("/proc/sys/net/ipv4/tcp_tw_reuse").read_text(encoding="ascii").strip()
    except OSError:
        return Diagnosis(
            "Ephemeral ports", "warn", "can't be read here", "Nothing, where containers are used"
        )
    count = int(ports[1]) - int(ports[0]) + 1
    found = f"{count}, reuse after closing: {'no' if reuse == '0' else 'yes'}"
    todo = "sudo sysctl net.ipv4.tcp_tw_reuse=2 net.ipv4.ip_local_port_range='1024 65535'"
    return graded("Ephemeral ports", count if reuse == "0" else 10 * count, (100_000, 0), found, todo)


def _ss() -> Diagnosis:
    found = shutil.which("ss", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found:
        return Diagnosis("ss", "ok", found)
    return Diagnosis(
        "ss", "warn", "missing: the bridge's queue can't be read", "sudo apt-get install iproute2"
    )


def _chromium() -> Diagnosis:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return Diagnosis("Chromium", "ok", found)
    return Diagnosis("Chromium", "ok", "none (optional: only tests of the report's looks use it)")


MACHINE: tuple[Callable[[], Diagnosis], ...] = (
    _python, _cores, _idle, _memory, _disk, _open_files, _ports, _ss, _chromium,
)  # fmt: skip
