"""What the doctor says of machines that few people have: each by a process that really is on such a machine."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.doctor.diagnosis import Diagnosis
from lab.doctor.loopback import loopback
from lab.doctor.programs import runtimes
from lab.doctor.sleeping import sleeping
from lab.runtime import binaries
from lab.runtime.base import SetupError
from tests.checkout import ROOT
from tests.lab.cgroups.real import real_group

MB = 10**6

FINDINGS = """\
import json
from dataclasses import asdict
from lab.doctor.machine import MACHINE
from lab.doctor.measure import measure
from lab.doctor.prediction import Asked, predict
readings = measure(0.5)
print(json.dumps({
    "findings": {one.name: [one.state, one.found, one.todo] for one in (check() for check in MACHINE)},
    "predictions": [asdict(predict(readings, "embedded", Asked("retry-storm", 100)))],
}))
"""


def said(script: str, *before: str, inside: Callable[[], None] | None = None, **environment: str) -> Any:  # noqa: ANN401
    """What a script of the lab's prints as JSON, started by ``before`` or in a control group."""
    command = [*before, sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, capture_output=True,
        text=True, timeout=60, preexec_fn=inside, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_half_a_core_and_600_mb() -> None:
    """A real control group: both limits and their group are named, and a drill is not fit here, ever."""
    with real_group(0.5, 600 * MB) as entrances:

        def enter() -> None:
            for tasks in entrances:
                tasks.write_text(str(os.getpid()))

        found = said(FINDINGS, inside=enter)
    state, text, todo = found["findings"]["CPU"]
    assert state == "warn"
    assert text.startswith(f"0.5 of {len(os.sched_getaffinity(0))} cores: limit of the control group /")
    assert "docker run --cpus 2" in todo
    state, text, todo = found["findings"]["Memory"]
    assert state == "warn"
    assert "MB free of 600 MB: limit of the control group /" in text
    assert "a lab takes" in todo
    (prediction,) = found["predictions"]
    assert (prediction["word"], prediction["lasting"]) == ("not fit", True)
    assert "cores, and" in prediction["because"][0]


LOOPBACK = """\
import json
from dataclasses import asdict
from lab.doctor.diagnosis import Diagnosis
from lab.doctor.loopback import loopback
from lab.runtime.base import SetupError
from lab.runtime.embedded.kernel import require_loopback
try:
    require_loopback()
except SetupError as error:
    print(json.dumps([asdict(loopback()), str(error)]))
"""


@pytest.mark.slow
def test_a_machine_without_ipv4_loopback() -> None:
    """A network namespace whose `lo` is down: the doctor says so, and a run is refused before anything starts."""
    try:
        subprocess.run(["unshare", "-rn", "true"], capture_output=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("this machine lets no one make a network namespace")
    addresses, refused = said(LOOPBACK, "unshare", "-rn")
    assert addresses["state"] == "warn"
    assert (
        "127.77.0.1 can't be reached: Network is unreachable: embedded refuses every drill"
        in addresses["found"]
    )
    assert "ip link set lo up" in addresses["todo"]
    assert "an address of 127.0.0.0/8, and 127.77.0.1 can't be reached" in refused
    assert "or use --runtime compose" in refused


def test_here_there_is_a_loopback() -> None:
    """The machine that the tests run on."""
    assert loopback() == Diagnosis("Loopback", "ok", "127.0.0.0/8")


QUEUE = """\
import json, socket
from chaos.listen_queue import read_listen_queue, why_not_settable
with socket.create_server(("127.0.0.1", 0), backlog=7) as listener:
    print(json.dumps([why_not_settable(), read_listen_queue(*listener.getsockname())]))
"""


@pytest.mark.slow
def test_a_machine_without_ss(tmp_path: Path) -> None:
    """Nothing is missing: the kernel itself is asked for queues, by netlink."""
    assert shutil.which("ss", path=str(tmp_path)) is None
    assert said(QUEUE, PATH=str(tmp_path)) == [None, 7]


@pytest.mark.parametrize(
    ("slept_s", "state", "found"),
    [
        (None, "ok", "not said by this system"),
        (0.0, "ok", "it has not slept since its boot"),
        (61.0, "warn", "it has slept for 61 s since its boot"),
        (600.0, "warn", "for 10 min"),
        (8.25 * 3600, "warn", "for 8.2 h"),
    ],
)
def test_a_laptop_that_sleeps(slept_s: float | None, state: str, found: str) -> None:
    """It will do so again; the lab says how to keep it awake."""
    diagnosis = sleeping(lambda: slept_s)
    assert diagnosis.state == state
    assert found in diagnosis.found
    assert ("systemd-inhibit" in diagnosis.todo) is (state == "warn")


ROOTLESS = {
    "CpuCfsQuota": False,
    "CgroupDriver": "none",
    "SecurityOptions": ["name=seccomp", "name=rootless"],
}
DOCKER = """\
#!/bin/sh
case "$1" in
version) echo 27.0.1 ;;
info) echo '{info}' ;;
compose) {compose} ;;
esac
"""


def a_docker(folder: Path, info: dict[str, Any], compose: str = "echo 2.35.0") -> None:
    """The command `docker` of a machine whose engine says this of itself."""
    program = folder / "docker"
    program.write_text(DOCKER.format(info=json.dumps(info), compose=compose))
    program.chmod(0o755)


@pytest.fixture
def _only_an_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Toxiproxy, and what of `docker` lies in a folder of the test's own."""

    def none(program: binaries.Program) -> Path:
        raise SetupError(f"no {program}")

    monkeypatch.setattr(binaries, "installed", none)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")


@pytest.mark.slow
@pytest.mark.usefixtures("_only_an_engine")
def test_a_rootless_engine_without_cpu_quotas(tmp_path: Path) -> None:
    """It answers, and can carry no lab: named, with what to do, and no runtime works."""
    a_docker(tmp_path, ROOTLESS)
    found, works = runtimes()
    engine = next(one for one in found if one.name == "Container engine")
    assert engine.state == "warn"
    assert "is rootless and can't limit CPU, so the bridge would have no capacity" in engine.found
    assert "Delegate=cpu" in engine.todo
    assert works == ()
    assert found[-1].state == "fail"


@pytest.mark.slow
@pytest.mark.usefixtures("_only_an_engine")
def test_an_engine_without_the_compose_plugin(tmp_path: Path) -> None:
    """The same: nothing could be started in it."""
    complaint = "docker: 'compose' is not a docker command."
    a_docker(tmp_path, {"CpuCfsQuota": True}, f'echo "{complaint}" >&2; exit 1')
    found, works = runtimes()
    plugin = next(one for one in found if one.name == "Compose plugin")
    assert (plugin.state, plugin.found) == ("warn", complaint)
    assert "make engine" in plugin.todo
    assert works == ()


@pytest.mark.slow
@pytest.mark.usefixtures("_only_an_engine")
def test_an_engine_that_can_carry_a_lab(tmp_path: Path) -> None:
    """So the two before differ from it."""
    a_docker(tmp_path, {"CpuCfsQuota": True})
    assert runtimes()[1] == ("compose",)
