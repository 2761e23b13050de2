"""The programs that the lab starts, and the two runtimes that they make possible: one of these is enough."""

import subprocess
import sys

from lab.doctor.diagnosis import Diagnosis
from lab.runtime import binaries
from lab.runtime.base import SetupError

TOXIPROXY = (
    f"{sys.executable} -m lab.runtime.binaries (the embedded runtime builds it when it first needs it)"
)
MONITORS = (
    f"{sys.executable} -m lab.runtime.binaries prometheus alertmanager (only drills that monitor need them)"
)
TOOL_DEADLINE_S = 5.0


def monitors() -> list[Diagnosis]:
    """Prometheus and Alertmanager, which not every drill needs."""
    return [
        _program("Prometheus", binaries.PROMETHEUS, MONITORS),
        _program("Alertmanager", binaries.ALERTMANAGER, MONITORS),
    ]


def _program(name: str, program: binaries.Program, todo: str) -> Diagnosis:
    """Whether it is on this machine; nothing is downloaded."""
    try:
        return Diagnosis(name, "ok", str(binaries.installed(program)))
    except SetupError as error:
        return Diagnosis(name, "warn", str(error), todo)


def runtimes() -> list[Diagnosis]:
    """The two runtimes: one of them is enough."""
    toxiproxy, engine = _program("Toxiproxy", binaries.TOXIPROXY, TOXIPROXY), _engine()
    plugin = _asked("Compose plugin", ["docker", "compose", "version", "--short"])
    container = engine.state == plugin.state == "ok"
    works: list[str] = ["compose"] if container else []
    works += ["embedded"] if toxiproxy.state == "ok" and sys.platform == "linux" else []
    if works:
        return [toxiproxy, engine, plugin, Diagnosis("Runtimes", "ok", " and ".join(works))]
    todo = "Toxiproxy for embedded (Linux), or Docker with its Compose plugin for compose: see above"
    return [toxiproxy, engine, plugin, Diagnosis("Runtimes", "fail", "none works", todo)]


def _engine() -> Diagnosis:
    return _asked("Container engine", ["docker", "version", "--format", "{{.Server.Version}}"])


def _asked(name: str, command: list[str]) -> Diagnosis:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TOOL_DEADLINE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return Diagnosis(
            name, "warn", "docker is missing or doesn't answer", "make engine, or --runtime embedded"
        )
    if done.returncode:
        why = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
        return Diagnosis(name, "warn", why[0], "make engine, or --runtime embedded")
    return Diagnosis(name, "ok", done.stdout.strip())
