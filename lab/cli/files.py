"""Files that a command is asked to write, looked at before anything starts: later would be too late."""

import os
from pathlib import Path

import typer


def check_out(out: Path | None) -> None:
    """Refuse a run folder that has something in it: what is collected there later must be of this run.

    Raises:
        typer.BadParameter: it is not empty, or not a folder (exit code 3).
    """
    if out is None or not out.exists():
        return
    if not out.is_dir():
        raise typer.BadParameter(f"--out {out} is not a folder")
    if any(out.iterdir()):
        raise typer.BadParameter(f"--out {out} is not empty: name a new folder, or empty this one")


def check_file(option: str, path: Path | None) -> None:
    """Make the folder of a file that is to be written, and refuse one that could not be.

    Raises:
        typer.BadParameter: it is a folder, its folder can't be made, or may not be written (exit code 3).
    """
    if path is None:
        return
    if path.is_dir():
        raise typer.BadParameter(f"{option} {path} is a folder; name a file in it, like {path / 'junit.xml'}")
    parent = path.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = f"its folder {parent} can't be made: {error.strerror or error}"
        raise typer.BadParameter(f"{option} {path}: {said}") from error
    target = path if path.exists() else parent
    if not os.access(target, os.W_OK):
        raise typer.BadParameter(f"{option} {path} can't be written: {target} is not yours to write")
