"""The tightest limit of the path counts, in both versions of control groups."""

from pathlib import Path

import pytest

from lab.cgroups import CpuLimit, Limits, MemoryLimit, find_limits
from tests.lab.cgroups.fake import FakeCgroups

MB = 10**6


@pytest.fixture
def kernel(tmp_path: Path) -> FakeCgroups:
    """One that has no groups yet."""
    return FakeCgroups(tmp_path)


def half_a_core_v2(kernel: FakeCgroups) -> None:
    """A slice of two cores and 4 GB; in it a container of half a core and 600 MB, of which 100 MB are used."""
    kernel.v2("/pod.slice/container")
    kernel.put("", cgroup__controllers="cpu memory")  # the outermost group has no limits, and no such files
    kernel.put(
        "pod.slice", cpu__max="200000 100000", cpu__stat="usage_usec 9000000\nthrottled_usec 0",
        memory__max=4000 * MB, memory__high="max", memory__current=300 * MB, memory__stat="inactive_file 0",
    )  # fmt: skip
    kernel.put(
        "pod.slice/container", cpu__max="50000 100000",
        cpu__stat="usage_usec 1500000\nnr_periods 90\nnr_throttled 7\nthrottled_usec 250000",
        memory__max=600 * MB, memory__high="max", memory__current=150 * MB, memory__stat=f"inactive_file {50 * MB}",
    )  # fmt: skip


def test_version_2(kernel: FakeCgroups) -> None:
    """CPU used and held back come from the group that has the limit."""
    half_a_core_v2(kernel)
    limits = find_limits(kernel.proc)
    where = str(kernel.folder / "pod.slice/container")
    assert limits.of_cpu() == CpuLimit(where, 0.5, 1.5, 0.25, 90, 7)
    assert limits.of_memory() == MemoryLimit(where, 600 * MB, 100 * MB)


def test_a_group_around_it_can_be_tighter(kernel: FakeCgroups) -> None:
    """A slice's limit holds for all in it; of memory the one of which least is left."""
    half_a_core_v2(kernel)
    kernel.put("pod.slice", cpu__max="25000 100000", memory__current=3900 * MB)
    limits = find_limits(kernel.proc)
    cpu, memory = limits.of_cpu(), limits.of_memory()
    assert cpu is not None
    assert memory is not None
    assert (cpu.cores, cpu.used_s_total) == (0.25, 9.0)
    assert memory.free_bytes == 100 * MB


def test_memory_high_is_a_limit_as_well(kernel: FakeCgroups) -> None:
    """Above it, the kernel makes who allocates wait: no drill stays valid there."""
    half_a_core_v2(kernel)
    kernel.put("pod.slice/container", memory__max="max", memory__high=400 * MB)
    memory = find_limits(kernel.proc).of_memory()
    assert memory is not None
    assert memory.free_bytes == 300 * MB


def test_inside_a_container_only_its_own_part_is_mounted(kernel: FakeCgroups) -> None:
    """Without a namespace of its own, the path still begins at the host's root."""
    half_a_core_v2(kernel)
    kernel.folder /= "pod.slice/container"
    kernel.v2("/pod.slice/container", root="/pod.slice/container")
    limits = find_limits(kernel.proc)
    assert limits.unified is not None
    assert list(limits.unified.path()) == [kernel.folder]
    assert limits.of_cpu() == CpuLimit(str(kernel.folder), 0.5, 1.5, 0.25, 90, 7)


def test_version_1(kernel: FakeCgroups) -> None:
    """A hierarchy a controller: CPU time is counted in another one than it is limited in."""
    kernel.v1(cpu="/docker/a", cpuacct="/docker/a", memory="/docker/a")
    kernel.put("cpu", cpu__cfs_quota_us=-1, cpu__cfs_period_us=100_000, cpu__stat="throttled_time 0")
    kernel.put(
        "cpu/docker", cpu__cfs_quota_us=150_000, cpu__cfs_period_us=100_000, cpu__stat="throttled_time 0"
    )
    kernel.put(
        "cpu/docker/a",
        cpu__cfs_quota_us=25_000,
        cpu__cfs_period_us=50_000,
        cpu__stat="nr_periods 60\nnr_throttled 50\nthrottled_time 5000000000",
    )
    kernel.put("cpuacct/docker/a", cpuacct__usage=2_500_000_000)
    kernel.put(
        "memory/docker/a", memory__limit_in_bytes=2**63 - 4096, memory__usage_in_bytes=150 * MB,
        memory__stat=f"total_inactive_file {50 * MB}\nhierarchical_memory_limit {600 * MB}",
    )  # fmt: skip
    limits = find_limits(kernel.proc)
    assert limits.of_cpu() == CpuLimit(str(kernel.folder / "cpu/docker/a"), 0.5, 2.5, 5.0, 60, 50)
    memory = limits.of_memory()
    assert memory is not None
    assert memory.free_bytes == 500 * MB, "a limit that only the kernel can see from here"


def test_version_1_with_accounting_elsewhere(kernel: FakeCgroups) -> None:
    """What another group used is not taken for this one's: not known."""
    kernel.v1(cpu="/me", cpuacct="/")
    kernel.put("cpu/me", cpu__cfs_quota_us=15_000, cpu__cfs_period_us=100_000, cpu__stat="throttled_time 0")
    kernel.put("cpuacct", cpuacct__usage=10**15)
    assert find_limits(kernel.proc).of_cpu() == CpuLimit(str(kernel.folder / "cpu/me"), 0.15, None, 0.0)


def test_without_limits_and_without_control_groups(kernel: FakeCgroups, tmp_path: Path) -> None:
    """Nothing limits that is known."""
    half_a_core_v2(kernel)
    for group in ("pod.slice", "pod.slice/container"):
        kernel.put(group, cpu__max="max 100000", memory__max="max")
    limits = find_limits(kernel.proc)
    assert (limits.of_cpu(), limits.of_memory()) == (None, None)
    assert find_limits(tmp_path / "no-proc") == Limits()
    assert (Limits().of_cpu(), Limits().of_memory()) == (None, None)


def test_files_that_cant_be_read_limit_nothing_that_is_known(kernel: FakeCgroups) -> None:
    """A group that has just gone, or one of a kernel without bandwidth control."""
    half_a_core_v2(kernel)
    (kernel.folder / "pod.slice/container/cpu.max").unlink()
    (kernel.folder / "pod.slice/container/memory.stat").write_text("odd\n")
    limits = find_limits(kernel.proc)
    cpu, memory = limits.of_cpu(), limits.of_memory()
    assert cpu is not None
    assert memory is not None
    assert (cpu.cores, memory.limit_bytes) == (2.0, 4000 * MB)
