"""The limit of the lab's control group counts, not what the host has."""

import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from lab.analysis.timeline.timeline import Timeline
from lab.cgroups import Limits, find_limits
from lab.journal.events import HostSample
from lab.probes.host_probe import describe_machine, read_host, suspended_s
from tests.lab.cgroups.fake import FakeCgroups

MB = 10**6


def sample(folder: Path, limits: Limits) -> HostSample:
    """One, of this machine."""
    return read_host(folder, limits, loop_lag_ms=0.0, governor_cpu_s=None, overflows=(0, 0), memory={})


@pytest.fixture
def kernel(tmp_path: Path) -> FakeCgroups:
    """A container of half a core and 600 MB."""
    found = FakeCgroups(tmp_path)
    found.v2("/container")
    found.put(
        "container", cpu__max="50000 100000", cpu__stat="usage_usec 0", memory__max=600 * MB, memory__high="max",
        memory__current=550 * MB, memory__stat="inactive_file 0",
    )  # fmt: skip
    return found


@pytest.fixture
def _large_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """32 GB free, and all of its CPUs idle but for a hundredth."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=32_000 * MB))
    begun, names = time.monotonic(), ("nice", "system", "iowait", "irq", "softirq", "steal")
    nothing = dict.fromkeys(names, 0.0)

    def times() -> SimpleNamespace:
        passed = 8 * (time.monotonic() - begun)
        return SimpleNamespace(user=0.01 * passed, idle=0.99 * passed, **nothing)

    monkeypatch.setattr(psutil, "cpu_times", times)


@pytest.mark.usefixtures("_large_host")
def test_free_memory_is_what_the_limit_leaves(kernel: FakeCgroups, tmp_path: Path) -> None:
    """Or what the machine has, where that is less."""
    assert sample(tmp_path, find_limits(kernel.proc)).memory_free_bytes == 50 * MB
    assert sample(tmp_path, Limits()).memory_free_bytes == 32_000 * MB
    kernel.put("container", memory__max=64_000 * MB)
    assert sample(tmp_path, find_limits(kernel.proc)).memory_free_bytes == 32_000 * MB


@pytest.mark.usefixtures("_large_host")
@pytest.mark.parametrize(("used_cores", "idle"), [(0.5, 0.0), (0.1, 0.8), (0.0, 0.99)])
def test_a_used_up_limit_is_no_idle_cpu(
    kernel: FakeCgroups, tmp_path: Path, used_cores: float, idle: float
) -> None:
    """Half a core that is used: nothing is idle here, although the host is. What `abort-if` reads."""
    limits, timeline = find_limits(kernel.proc), Timeline()
    begun = sample(tmp_path, limits)
    for second in range(4):
        kernel.put("container", cpu__stat=f"usage_usec {round(1e6 * used_cores * second)}")
        now = sample(tmp_path, limits)
        total = 8.0 * second
        fields = {"t": float(second) + 0.5, "total_s_total": total, "idle_s_total": 0.99 * total}
        timeline.feed(now.model_copy(update=fields))
    assert begun.cpu_limit_cores == 0.5
    assert timeline.row(2).host_cpu_idle == pytest.approx(idle)


def test_clocks_are_in_each_sample(tmp_path: Path) -> None:
    """Without them, no check could see that the machine slept."""
    found = sample(tmp_path, Limits())
    assert found.suspended_s_total == pytest.approx(suspended_s(), abs=0.1)
    assert found.wall_clock_s == pytest.approx(time.time() - time.monotonic(), abs=0.1)


def test_a_system_without_the_clock_of_suspension(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not measured is null."""
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    assert sample(tmp_path, Limits()).suspended_s_total is None


def test_two_kinds_of_cpus_are_part_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All CPUs, whatever this process is pinned to; nothing is said where they are alike."""
    monkeypatch.setattr(psutil, "cpu_count", lambda: 4)
    for number, khz in enumerate((5_000_000, 5_000_000, 3_600_000, 5_000_000)):
        said = tmp_path / f"cpu{number}" / "cpufreq" / "cpuinfo_max_freq"
        said.parent.mkdir(parents=True)
        said.write_text(f"{khz}\n")
    machine = describe_machine(tmp_path)
    assert machine["cpu_kinds"] == "3 of 5.0 GHz, 1 of 3.6 GHz"
    assert (machine["fast_cpus"], machine["slow_cpus"]) == ("0-1,3", [2])
    assert "cpu_kinds" not in describe_machine(tmp_path / "nothing" / "said")
