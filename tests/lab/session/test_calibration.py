"""What the last calibration found is where the next one begins to look, if there is anything usable."""

from pathlib import Path

import pytest

from chaos.process.files import write_json
from lab.session.calibration import recall


def test_the_share_to_try_first_follows_from_the_cost_of_a_connection(tmp_path: Path) -> None:
    """0.4 ms a connection and 150 a second: 6 % of a core, whatever rate the last run had."""
    write_json(tmp_path / "calibration.json", {"cost_ms": 0.4})
    assert recall(tmp_path / "calibration.json", 150) == pytest.approx(0.06)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"cost_ms": null}', '{"cost_ms": 0}', '{"cost_ms": "a"}']
)
def test_garbage_is_as_good_as_nothing(tmp_path: Path, content: str) -> None:
    """The file is only a hint: broken, empty or missing, the search begins without it."""
    (tmp_path / "calibration.json").write_text(content)
    assert recall(tmp_path / "calibration.json", 150) is None
    assert recall(tmp_path / "missing.json", 150) is None
