"""The machine: Python, cores, memory, disk, limits, and small programs."""

import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from lab.cgroups import find_limits
from lab.doctor.cost import COSTS
from lab.doctor.diagnosis import Diagnosis, graded
from lab.doctor.measure import usable_cpus
from lab.probes.host_probe import memory_free_bytes

MB, MIB, GIB = 10**6, 2**20, 2**30
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MORE = "Give the container or slice more (docker run --cpus 2 --memory 2g; CPUQuota=, MemoryMax= of systemd)"


def _python() -> Diagnosis:
    version = sys.version.split()[0]
    return Diagnosis("Python", "ok", f"{version}, {sys.executable}")  # an older one could not have come here


def _cores() -> Diagnosis:
    """Whether fewer than two will do is for the prediction to say."""
    count, limit = usable_cpus(), find_limits().of_cpu()
    if limit is not None and limit.cores < count:
        found = f"{limit.cores:g} of {count} cores: limit of the control group {limit.group}"
        return graded("CPU", limit.cores, (2, 0), found, MORE)
    todo = "Use a machine with two cores or more: on one, load and services starve each other"
    return graded("CPU", count, (2, 0), f"{count} cores", todo)


def _memory() -> Diagnosis:
    """Of a limit what it leaves, where that is less than the machine has."""
    limits = find_limits()
    free, limit = memory_free_bytes(limits), limits.of_memory()
    found = f"{free / GIB:.1f} GB free" if free >= GIB else f"{free / MB:.0f} MB free"
    limited = limit is not None and limit.free_bytes == free
    if limit is not None and limited:
        found += f" of {limit.limit_bytes / MB:.0f} MB: limit of the control group {limit.group}"
    alone = min(cost.memory_bytes for cost in COSTS.values())
    watched = max(cost.memory_bytes + cost.planes_bytes for cost in COSTS.values())
    need = f"a lab takes {alone / MB:.0f} MB, with monitoring {watched / MB:.0f} MB"
    todo = f"{MORE if limited else 'Free some'}: {need}"
    return graded("Memory", free, (1.25 * watched, alone), found, todo)


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


def _chromium() -> Diagnosis:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return Diagnosis("Chromium", "ok", found)
    return Diagnosis("Chromium", "ok", "none (optional: only tests of the report's looks use it)")


MACHINE: tuple[Callable[[], Diagnosis], ...] = (
    _python, _cores, _memory, _disk, _open_files, _ports, _chromium,
)  # fmt: skip
