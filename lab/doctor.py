"""Is this machine fit for the lab, and if not, what to do. Looks only: nothing is installed or changed."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import psutil
from rich import box
from rich.console import Console
from rich.table import Table

from lab.runtime import binaries
from lab.runtime.base import SetupError

State = Literal["ok", "warn", "fail"]
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}
FIT, UNFIT = 0, 4
MIB, GIB = 2**20, 2**30
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MONITORS = ".venv/bin/python -m lab.runtime.binaries (gets it; only drills that monitor need it)"
TOOL_DEADLINE_S = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, and what to do about it (nothing where it is fine)."""

    name: str
    state: State
    found: str
    todo: str = ""


def main(*, as_json: bool = False) -> int:
    """Examine, print a table or JSON, and say whether the lab can run here: 0, else 4."""
    findings = examine()
    fit = all(finding.state != "fail" for finding in findings)
    if as_json:
        sys.stdout.write(json.dumps({"fit": fit, "findings": list(map(asdict, findings))}, indent=2) + "\n")
    else:
        _print(findings, fit=fit)
    return FIT if fit else UNFIT


def examine() -> list[Finding]:
    """Every check, in the order in which they are shown. Each is independent of the others."""
    return [*(check() for check in CHECKS), *_runtimes()]


def _print(findings: list[Finding], *, fit: bool) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("", "What", "Found", "To do"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        state = f"[{COLOURS[finding.state]}]{finding.state}"
        table.add_row(state, finding.name, finding.found, finding.todo)
    console = Console()
    console.print(table)
    console.print("Fit for the lab." if fit else "Not fit for the lab: see what failed above.")


def _graded(name: str, value: float, limits: tuple[float, float], found: str, todo: str) -> Finding:
    """``limits``: fine from the first on, hopeless under the second."""
    enough, least = limits
    state: State = "ok" if value >= enough else "warn" if value >= least else "fail"
    return Finding(name, state, found, "" if state == "ok" else todo)


def _python() -> Finding:
    version = sys.version.split()[0]
    return Finding("Python", "ok", f"{version}, {sys.executable}")  # an older one could not have come here


def _cores() -> Finding:
    count = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    todo = "Use a machine with two cores or more: on one, load and services starve each other"
    return _graded("CPU", count, (2, 2), f"{count} cores", todo)


def _idle() -> Finding:
    idle = 100 - psutil.cpu_percent(interval=0.5)
    todo = "Stop what else is busy (see `top`): a measurement on a busy machine ends as inconclusive"
    return _graded("CPU idle", idle, (70, 0), f"{idle:.0f} % over half a second", todo)


def _memory() -> Finding:
    free = psutil.virtual_memory().available
    todo = "Free some: embedded needs up to 600 MB, containers 900 MB"
    return _graded("Memory", free, (1.5 * GIB, 700 * MIB), f"{free / GIB:.1f} GB free", todo)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    todo = "Free some, or put runs elsewhere by --out DIR; `lab runs prune` removes old ones"
    return _graded("Disk", free, (2 * GIB, 200 * MIB), f"{free / GIB:.1f} GB free here", todo)


def _open_files() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = float("inf") if hard == resource.RLIM_INFINITY else hard
    todo = "Raise the hard limit to 8192 or more (`ulimit -Hn`; /etc/security/limits.conf)"
    return _graded("Open files", most, (8192, 2048), f"{soft}, the lab may raise it to {hard}", todo)


def _ports() -> Finding:
    """A storm leaves tens of thousands of closed connections behind, whose ports must be usable again."""
    try:
        ports = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()
        reuse = Path("/proc/sys/net/ipv4/tcp_tw_reuse").read_text(encoding="ascii").strip()
    except OSError:
        return Finding("Ephemeral ports", "warn", "can't be read here", "Nothing, where containers are used")
    count = int(ports[1]) - int(ports[0]) + 1
    found = f"{count}, reuse after closing: {'no' if reuse == '0' else 'yes'}"
    todo = "sudo sysctl net.ipv4.tcp_tw_reuse=2 net.ipv4.ip_local_port_range='1024 65535'"
    return _graded("Ephemeral ports", count if reuse == "0" else 10 * count, (100_000, 0), found, todo)


def _ss() -> Finding:
    found = shutil.which("ss", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found:
        return Finding("ss", "ok", found)
    return Finding("ss", "warn", "missing: the bridge's queue can't be read", "sudo apt-get install iproute2")


def _chromium() -> Finding:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return Finding("Chromium", "ok", found)
    return Finding("Chromium", "ok", "none (optional: only tests of the report's looks use it)")


def _prometheus() -> Finding:
    return _program("Prometheus", binaries.PROMETHEUS, MONITORS)


def _alertmanager() -> Finding:
    return _program("Alertmanager", binaries.ALERTMANAGER, MONITORS)


def _program(name: str, program: binaries.Program, todo: str) -> Finding:
    """Whether it is on this machine; nothing is downloaded."""
    try:
        return Finding(name, "ok", str(binaries.installed(program)))
    except SetupError as error:
        return Finding(name, "warn", str(error), todo)


CHECKS: tuple[Callable[[], Finding], ...] = (
    _python, _cores, _idle, _memory, _disk, _open_files, _ports, _ss, _chromium, _prometheus, _alertmanager,
)  # fmt: skip


def _runtimes() -> list[Finding]:
    """The two runtimes: one of them is enough."""
    toxiproxy, engine = _program("Toxiproxy", binaries.TOXIPROXY, "make setup"), _engine()
    plugin = _asked("Compose plugin", ["docker", "compose", "version", "--short"])
    container = engine.state == plugin.state == "ok"
    works: list[str] = ["compose"] if container else []
    works += ["embedded"] if toxiproxy.state == "ok" and sys.platform == "linux" else []
    if works:
        return [toxiproxy, engine, plugin, Finding("Runtimes", "ok", " and ".join(works))]
    todo = "`make setup` for embedded (Linux), or `make engine` for compose"
    return [toxiproxy, engine, plugin, Finding("Runtimes", "fail", "none works", todo)]


def _engine() -> Finding:
    return _asked("Container engine", ["docker", "version", "--format", "{{.Server.Version}}"])


def _asked(name: str, command: list[str]) -> Finding:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TOOL_DEADLINE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return Finding(
            name, "warn", "docker is missing or doesn't answer", "make engine, or --runtime embedded"
        )
    if done.returncode:
        why = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
        return Finding(name, "warn", why[0], "make engine, or --runtime embedded")
    return Finding(name, "ok", done.stdout.strip())
