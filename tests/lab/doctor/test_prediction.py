"""From given readings: fit, doubtful or not fit, because of what, and up to which rate."""

from typing import Any

import pytest

from lab.cgroups import MemoryLimit
from lab.doctor.cost import COSTS, REFERENCE_PIECE_MS
from lab.doctor.machine_readings import Readings
from lab.doctor.prediction import Asked, Prediction, predict
from tests.lab.doctor.given import cpu_limit, given

STORM = Asked("retry-storm", 100)
MB = 10**6


def found(readings: Readings, runtime: str = "embedded", asked: Asked = STORM) -> Prediction:
    """The prediction for a storm at 100 requests/s."""
    return predict(readings, runtime, asked)


@pytest.mark.parametrize("runtime", sorted(COSTS))
def test_two_idle_cores_are_fit(runtime: str) -> None:
    """As on the machine of the costs; above the highest rate it is doubtful, far above not fit."""
    prediction = found(given(), runtime)
    assert prediction.word == "fit"
    assert "are free (fit" in prediction.because[0]
    highest = prediction.up_to_rps
    assert 130 <= highest <= 230, "the ceiling that was measured is 200"
    words = [found(given(), runtime, Asked("x", rate)).word for rate in (highest, 1.2 * highest, 2 * highest)]
    assert words == ["fit", "doubtful", "not fit"]


def test_half_a_core_is_not_fit_and_stays_so() -> None:
    """A lower rate may do; the host's idle cores are no help."""
    half = found(given(cores=8, idle_cores=7.9, cpu_limit=cpu_limit(0.5), granted_cores=0.5, asked_cores=4))
    assert (half.word, half.lasting) == ("not fit", True)
    assert "0.50 are free" in half.because[0]
    assert 10 < half.up_to_rps < 60
    assert found(given(cpu_limit=cpu_limit(0.5)), asked=Asked("x", half.up_to_rps)).word == "fit"


def test_a_limit_that_cant_be_seen_from_inside_counts() -> None:
    """Two idle cores, no limit to be read, and half a core is what we get."""
    hidden = found(given(granted_cores=0.5))
    assert (hidden.word, hidden.up_to_rps) == (found(given(cpu_limit=cpu_limit(0.5))).word, hidden.up_to_rps)
    assert hidden.word == "not fit"


def test_what_others_in_the_group_use_of_its_limit_is_not_free() -> None:
    """A limit of two cores, of which another process has 1.5."""
    assert found(given(cpu_limit=cpu_limit(2.0))).word == "fit"
    assert found(given(cpu_limit=cpu_limit(2.0), others_cores=1.5)).word == "not fit"


def test_a_busy_machine_is_not_fit_now() -> None:
    """No idle CPU; the machine itself would do."""
    busy = found(given(idle_cores=0.02))
    assert (busy.word, busy.lasting, busy.up_to_rps) == ("not fit", False, 0)
    assert found(given(idle_cores=0.9)).word == "doubtful", "beside one busy core"


def test_a_slow_machine_needs_more() -> None:
    """Half the speed is twice the CPU; at four times, one process alone is too busy."""
    assert found(given(piece_ms=1.5 * REFERENCE_PIECE_MS)).word == "fit"
    assert found(given(piece_ms=2.2 * REFERENCE_PIECE_MS)).word == "doubtful"
    crawling = found(given(cores=64, idle_cores=64.0, piece_ms=4 * REFERENCE_PIECE_MS))
    assert crawling.word == "not fit"
    assert "the busiest process" in crawling.because[0]


@pytest.mark.parametrize(
    ("changed", "word", "because"),
    [
        ({"late_p99_ms": 30.0}, "doubtful", "1 in 100 sleeps"),
        ({"late_p99_ms": 80.0}, "not fit", "1 in 100 sleeps"),
        ({"late_p95_ms": 7.0}, "doubtful", "governor"),
        ({"late_p95_ms": 15.0}, "not fit", "governor"),
        ({"steal_share": 0.015}, "doubtful", "stolen"),
        ({"steal_share": 0.1}, "not fit", "stolen"),
        ({"piece_jitter": 5.0}, "doubtful", "5.0 times as long"),
        ({"memory_free_bytes": 420 * MB}, "doubtful", "MB are free"),
        ({"memory_free_bytes": 200 * MB}, "not fit", "MB are free"),
    ],
)
def test_each_reading_has_its_limits(changed: dict[str, Any], word: str, because: str) -> None:
    """One thing is off, and it is the reason; then no rate is promised."""
    prediction = found(given(**changed))
    assert prediction.word == word
    assert because in prediction.because[0]
    assert prediction.up_to_rps == 0


def test_late_timers_are_the_governors_trouble_only() -> None:
    """Containers are capped by the kernel."""
    assert found(given(late_p95_ms=15.0), "compose").word == "fit"


def test_what_a_system_does_not_say_is_no_doubt() -> None:
    """Steal, on a system that doesn't count it."""
    assert found(given(steal_share=None)).word == "fit"


def test_600_mb_are_enough_until_planes_watch() -> None:
    """By the limit, not by the host; `monitoring-blackout` has two of them."""
    limit = MemoryLimit("/fs/container", 600 * MB, 60 * MB)
    small = given(memory_free_bytes=limit.free_bytes, memory_limit=limit)
    assert found(small).word == "fit"
    watched = found(small, asked=Asked("monitoring-blackout", 100, monitored=True))
    assert watched.word == "not fit"
    assert "540 MB are free of a limit of 600 MB" in watched.because[0]


def test_all_that_is_equally_bad_is_said() -> None:
    """A reader who fixes one thing should not find the next."""
    assert len(found(given(idle_cores=0.1, steal_share=0.2, late_p99_ms=70.0)).because) == 3
