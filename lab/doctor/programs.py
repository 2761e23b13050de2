"""The programs that the lab starts, and the two runtimes that they make possible: one of these is enough."""

import json
import subprocess
import sys
from itertools import compress

from chaos.engine_host import engine_host
from lab.doctor.diagnosis import Diagnosis
from lab.runtime import binaries
from lab.runtime.base import SetupError
from lab.runtime.compose.engine_fitness import why_elsewhere, why_no_quotas

TOXIPROXY = (
    f"{sys.executable} -m lab.runtime.binaries (the embedded runtime builds it when it first needs it)"
)
MONITORS = (
    f"{sys.executable} -m lab.runtime.binaries prometheus alertmanager (only drills that monitor need them)"
)
TOOL_DEADLINE_S = 5.0
ENGINE = "Container engine"


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


def runtimes(*, local_fit: bool = True) -> tuple[list[Diagnosis], tuple[str, ...]]:
    """What was found of the two runtimes, and which of them work: one is enough.

    ``local_fit``: embedded can give each service an address, and its bridge the queue that a drill asks for; it refuses
    every drill otherwise.
    """
    toxiproxy, engine = _program("Toxiproxy", binaries.TOXIPROXY, TOXIPROXY), _engine()
    plugin = _asked("Compose plugin", ["docker", "compose", "version", "--short"])
    container = engine.state == plugin.state == "ok"
    local = toxiproxy.state == "ok" and sys.platform == "linux" and local_fit
    works = tuple(compress(("compose", "embedded"), (container, local)))
    if works:
        return [toxiproxy, engine, plugin, Diagnosis("Runtimes", "ok", " and ".join(works))], works
    todo = "Toxiproxy for embedded (Linux), or Docker with its Compose plugin for compose: see above"
    return [toxiproxy, engine, plugin, Diagnosis("Runtimes", "fail", "none works", todo)], ()


def _engine() -> Diagnosis:
    """One that answers, on this host, and can limit CPU."""
    if elsewhere := why_elsewhere(engine_host()):
        return _useless(elsewhere)
    version = _asked(ENGINE, ["docker", "version", "--format", "{{.Server.Version}}"])
    if version.state != "ok":
        return version
    info = _asked(ENGINE, ["docker", "info", "--format", "{{json .}}"])
    try:
        no_quotas = why_no_quotas(json.loads(info.found))
    except ValueError:
        return info if info.state != "ok" else version
    return version if no_quotas is None else _useless(no_quotas)


def _useless(why: str) -> Diagnosis:
    found, _, todo = why.partition(". ")
    return Diagnosis(ENGINE, "warn", found, todo)


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
