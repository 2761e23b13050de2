"""What tells the runs on a machine apart."""

from pathlib import Path

from chaos.mark import run_mark


def test_a_mark_is_of_one_folder_however_it_is_named(tmp_path: Path) -> None:
    """The same folder by a detour has the same mark, a folder of the same name elsewhere another one."""
    mark = run_mark("x", tmp_path / "a" / "x")
    assert mark.startswith("x-")
    assert mark == run_mark("x", tmp_path / "b" / ".." / "a" / "x")
    assert mark != run_mark("x", tmp_path / "b" / "x")


def test_the_longest_name_still_makes_a_files_name(tmp_path: Path) -> None:
    """A folder's name may have 255 bytes; the mark is to be a link's name as well."""
    mark = run_mark("\N{SNOWMAN}" * 85, tmp_path)
    (tmp_path / mark).symlink_to(tmp_path)
    assert (tmp_path / mark).is_dir()
