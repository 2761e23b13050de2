"""The governor's arithmetic, without a process."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.governor.bucket import Bucket


def hog(bucket: Bucket, seconds: float, cores: float = 1.0) -> float:
    """A process that always wants CPU; what it gets in so many seconds."""
    now_s, cpu_s, runs = bucket.now_s, bucket.cpu_s, True
    end_s, start_cpu_s = now_s + seconds, cpu_s
    while now_s < end_s:
        runs = bucket.look(now_s, cpu_s)
        slept_s = bucket.sleep_s()
        now_s += slept_s
        cpu_s += slept_s * cores if runs else 0
    return cpu_s - start_cpu_s


@given(share=st.floats(0.01, 1.0), cores=st.floats(1.0, 2.0))
def test_a_hog_gets_its_share(share: float, cores: float) -> None:
    """Within 2 % over 10 s, whatever the share, also when it runs on two cores at times."""
    assert hog(Bucket(share, 0.0, 0.0), 10, cores) / 10 == pytest.approx(share, rel=0.02, abs=0.001)


def test_what_was_not_used_is_kept_up_to_the_burst_only() -> None:
    """A second of idling must not buy half a second of full speed."""
    bucket = Bucket(0.5, 0.0, 0.0)
    bucket.look(1.0, 0.0)
    assert bucket.level_s == pytest.approx(0.010)


def test_a_debt_is_paid_back() -> None:
    """100 ms used at once on a share of a tenth: a second of standing still."""
    bucket = Bucket(0.1, 0.0, 0.0)
    assert bucket.look(0.1, 0.1) is False
    assert bucket.sleep_s() == pytest.approx(0.91, abs=0.01)
