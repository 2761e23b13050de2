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


def test_a_link_or_a_device_is_written_into(tmp_path: Path) -> None:
    """`--junit /dev/stdout`, a named pipe, a file that CI has linked to another place."""
    link, behind = tmp_path / "junit.xml", tmp_path / "behind.xml"
    behind.write_text("old")
    link.symlink_to(behind)
    replace_text(link, "new")
    assert link.is_symlink()
    assert behind.read_text() == "new"
    replace_text(Path("/dev/null"), "anything")
    assert Path("/dev/null").is_char_device()
