"""Files that are replaced, never half written."""

from pathlib import Path

import pytest

from chaos.process.files import replace_text


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """In UTF-8, with nothing beside it."""
    file = tmp_path / "verdict.json"
    for text in ("old", "new: é"):
        replace_text(file, text)
        assert file.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [file]


def test_what_can_not_be_written_leaves_the_old_one_and_no_part(tmp_path: Path) -> None:
    """Here the text itself fails in the middle, where a disk would be full."""
    file = tmp_path / "verdict.json"
    replace_text(file, "old")
    with pytest.raises(UnicodeEncodeError):
        replace_text(file, "begun \ud800")
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]
