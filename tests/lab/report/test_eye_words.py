"""What a monitoring plane knew of a second, in words. Tests lab.report.html.eye_words."""

import pytest

from lab.report.html.system_data import eye_data
from tests.lab.report.watched import DARK, watched

pytestmark = pytest.mark.slow


def test_a_dark_plane_says_that_it_has_no_answer_and_how_old_its_newest_sample_is() -> None:
    """The other one shows the storm in the same second; both speak of the entrance and of the client only."""
    timeline, _ = watched()
    dark = DARK.start + 6
    shared, ops = (eye_data(timeline, plane, dark) for plane in ("shared", "ops"))
    assert shared
    assert shared["said"] == {
        "edge": ["goodput: no answer", "errors: no answer"],
        "storefront": ["amplification:", "no answer"],
    }
    assert shared["note"] == "The newest sample of the shared plane: 7.7 s old."
    assert ops
    assert ops["said"] == {"edge": ["goodput: 0/s", "errors: 100 %"], "storefront": ["amplification:", "4.0"]}
