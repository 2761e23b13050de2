"""The parts of the Compose runtime that need no engine."""

from pathlib import Path

import pytest

from chaos.actions.cpu import UNLIMITED
from chaos.mark import run_mark
from lab.runtime.compose.cgroup import CgroupV2, find_cgroup, share
from lab.runtime.compose.plugin import HEALTH_INTERVAL, environment
from lab.runtime.compose.targets import project_name

ID = "ab" * 32


def test_a_project_is_valid_and_of_one_folder(tmp_path: Path) -> None:
    """Compose takes lower case, digits, - and _; a run of the same name elsewhere is another project."""
    name = project_name(run_mark("20261121T210000-Retry Storm!", tmp_path / "a"))
    assert name.startswith("lab-20261121t210000-retry-storm-")
    assert name != project_name(run_mark("20261121T210000-Retry Storm!", tmp_path / "b"))
    assert len(project_name(run_mark("x" * 300, tmp_path))) < 64


def test_the_plugin_gets_the_topologys_variables_and_nothing_of_the_users(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A variable that happens to be set must not change what is measured; nor another docker context."""
    monkeypatch.setenv("BRIDGE_QUEUE", "5")
    monkeypatch.setenv("DOCKER_CONTEXT", "elsewhere")
    monkeypatch.setenv("DOCKER_CONFIG", "/somewhere")
    found = environment({"LAB_RUN": "a"})
    assert found["LAB_RUN"] == "a"
    assert found["HEALTH_INTERVAL"] == HEALTH_INTERVAL
    assert found["DOCKER_CONFIG"] == "/somewhere"
    assert found["DOCKER_HOST"]
    assert not {"BRIDGE_QUEUE", "DOCKER_CONTEXT"} & found.keys()


@pytest.mark.parametrize(
    ("quota", "expected"), [("-1", None), ("max", None), ("2000", 0.02), (str(UNLIMITED[1]), None)]
)
def test_a_cap_that_holds_nothing_back_is_none(quota: str, expected: float | None) -> None:
    """No quota, and the large one by which a cap is lifted."""
    assert share(str(UNLIMITED[0]), quota) == expected


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A kernel with the unified hierarchy, and a container with pid 7."""
    group = tmp_path / "fs" / f"docker-{ID}.scope"
    group.mkdir(parents=True)
    for name, text in {
        "cpu.max": "2000 20000",
        "cpu.stat": "usage_usec 1500000\nuser_usec 1\nthrottled_usec 250000",
        "memory.current": "5000",
        "memory.stat": "anon 1\ninactive_file 2000",
    }.items():
        (group / name).write_text(text + "\n")
    proc = tmp_path / "proc"
    for pid in ("7", "self"):
        (proc / pid).mkdir(parents=True)
    (proc / "7" / "cgroup").write_text(f"0::/system.slice/docker-{ID}.scope\n")
    mount = f"41 31 0:38 /system.slice {tmp_path}/fs rw,relatime - cgroup2 cgroup2 rw\n"
    (proc / "self" / "mountinfo").write_text(mount)
    return proc


def test_the_unified_hierarchy_is_read(proc: Path) -> None:
    """CPU in microseconds, the cap as quota and period, memory without inactive file pages."""
    cgroup = find_cgroup(ID, 7, proc)
    assert isinstance(cgroup, CgroupV2)
    usage = cgroup.usage()
    assert (usage.cpu_s_total, usage.throttled_s_total, usage.cpu_share) == (1.5, 0.25, 0.1)
    assert cgroup.memory_bytes() == 3000


def test_a_pid_of_another_machine_is_not_taken_for_the_containers(proc: Path) -> None:
    """An engine in a virtual machine has other pids; what has that pid here is another owner's."""
    assert find_cgroup("cd" * 32, 7, proc) is None
    assert find_cgroup(ID, 8, proc) is None


def test_files_that_cant_be_read_are_no_reading(proc: Path) -> None:
    """Then the engine is asked."""
    next(proc.parent.glob("fs/*/cpu.max")).unlink()
    assert find_cgroup(ID, 7, proc) is None
