"""Fast and slow CPUs in one machine are said, with the command that pins the lab to the fast ones."""

from pathlib import Path

from lab.doctor.cpu_kinds import cpu_kinds

FREQUENCY, CAPACITY = "cpufreq/cpuinfo_max_freq", "cpu_capacity"


def cpus(folder: Path, file: str, *speeds: int) -> Path:
    """A system that says this of its CPUs."""
    for number, speed in enumerate(speeds):
        said = folder / f"cpu{number}" / file
        said.parent.mkdir(parents=True)
        said.write_text(f"{speed}\n")
    return folder


def test_performance_and_efficiency_cores(tmp_path: Path) -> None:
    """Six fast ones, the first two of which are faster still: still one kind."""
    fast, slow = (5_000_000, 5_000_000, 4_700_000, 4_700_000), (3_600_000,) * 4
    found = cpu_kinds(cpus(tmp_path, FREQUENCY, *fast, *slow, 4_700_000), range(9))
    assert found.state == "warn"
    assert "2 of 5.0 GHz, 3 of 4.7 GHz, 4 of 3.6 GHz" in found.found
    assert "taskset -c 0-3,8 lab run" in found.todo


def test_who_may_only_run_on_one_kind_has_one_kind(tmp_path: Path) -> None:
    """Pinned already, or by a cpuset."""
    assert cpu_kinds(cpus(tmp_path, FREQUENCY, 5_000_000, 5_000_000, 3_600_000), (0, 1)).state == "ok"


def test_one_fast_cpu_is_not_enough_to_pin_to(tmp_path: Path) -> None:
    """ARM says capacities instead of frequencies."""
    found = cpu_kinds(cpus(tmp_path, CAPACITY, 446, 446, 1024), range(3))
    assert "1 of capacity 1024, 2 of capacity 446" in found.found
    assert "--reruns" in found.todo
    assert "taskset" not in found.todo


def test_an_intel_hybrid_without_frequencies(tmp_path: Path) -> None:
    """A virtual machine of one: its kernel lists the efficiency cores, and says nothing else."""
    efficient = tmp_path / "cpu_atom" / "cpus"
    efficient.parent.mkdir()
    efficient.write_text("8-11,13\n")
    found = cpu_kinds(tmp_path / "system" / "cpu", range(14))
    assert found.state == "warn"
    assert "9 fast and 5 slow: speed changes" in found.found
    assert "taskset -c 0-7,12 lab run" in found.todo
    assert cpu_kinds(tmp_path / "system" / "cpu", range(8)).state == "ok"
    assert cpu_kinds(tmp_path / "system" / "cpu", (8, 13)).state == "ok"


def test_alike_or_not_said(tmp_path: Path) -> None:
    """Most virtual machines say nothing: no finding is made up."""
    assert cpu_kinds(cpus(tmp_path / "a", FREQUENCY, 3_000_000, 2_900_000), range(2)).found == "all alike"
    assert cpu_kinds(tmp_path / "b", range(2)).state == "ok"
    (tmp_path / "a" / "cpu1" / FREQUENCY).unlink()
    assert cpu_kinds(tmp_path / "a", range(2)).state == "ok"
