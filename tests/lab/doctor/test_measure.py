"""What is measured goes by the limits of the control groups, and takes as long as it was asked to."""

import time
from pathlib import Path

import pytest

from lab.cgroups import Limits, find_limits
from lab.doctor.measure import measure, piece
from tests.lab.cgroups.fake import FakeCgroups

MB = 10**6


@pytest.mark.slow
def test_a_container_of_half_a_core_and_600_mb(tmp_path: Path) -> None:
    """Nothing of the host's counts."""
    kernel = FakeCgroups(tmp_path)
    kernel.v2("/container")
    kernel.put(
        "container", cpu__max="50000 100000", cpu__stat="usage_usec 0", memory__max=600 * MB, memory__high="max",
        memory__current=100 * MB, memory__stat="inactive_file 0",
    )  # fmt: skip
    found = measure(0.1, find_limits(kernel.proc))
    assert (found.limit_cores, found.memory_free_bytes) == (0.5, 500 * MB)
    assert found.available_cores <= 0.5
    assert found.memory_limit is not None


@pytest.mark.slow
def test_it_is_bounded_in_time_and_measures_something() -> None:
    """On a slow and busy machine, too, each part has at least one reading."""
    begun = time.monotonic()
    found = measure(0.2, Limits())
    assert 0.2 <= time.monotonic() - begun < 5
    assert found.seconds == 0.2
    assert found.piece_ms > 0
    assert found.late_p99_ms >= found.late_p95_ms > 0
    assert found.granted_cores > 0
    assert (found.throttled_s, found.others_cores, found.limit_cores) == (0.0, 0.0, found.cores)


def test_a_piece_of_work_is_the_same_each_time() -> None:
    """Its speed is compared between machines."""
    assert piece() == piece() == 1200
