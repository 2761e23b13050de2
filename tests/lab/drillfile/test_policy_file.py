"""A policy in a file of its own is read as in a drill."""

from pathlib import Path

import pytest

from lab.drillfile import DrillError, policy_text


def test_text_is_text() -> None:
    """What is no file's name is left as it is; the service checks it."""
    assert policy_text("budget + breaker") == "budget + breaker"


def test_a_list_becomes_the_same_text(tmp_path: Path) -> None:
    """With parameters."""
    file = tmp_path / "mine.yaml"
    file.write_text("policy: [{budget: {ratio: 10%}}, breaker]\n")
    assert policy_text(str(file)) == "budget(ratio=10%) + breaker"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("policy: [budgte]", "did you mean 'budget'?"),
        ("polcy: budget", "did you mean `policy`?"),
        ("", "the file is empty"),
        ("policy: {budget: {ratio: 99999%}}", "out of range"),
    ],
)
@pytest.mark.slow
def test_what_is_wrong_is_told_with_file_and_line(tmp_path: Path, content: str, told: str) -> None:
    """And nothing is sent to any lab."""
    file = tmp_path / "mine.yaml"
    file.write_text(content)
    with pytest.raises(DrillError) as error:
        policy_text(str(file))
    assert f"{file}:1:" in str(error.value)
    assert told in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Says which."""
    with pytest.raises(DrillError, match=r"none\.yaml: the drill file can't be read"):
        policy_text(str(tmp_path / "none.yaml"))
