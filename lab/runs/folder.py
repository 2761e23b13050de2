"""The folder of a run: its name, what lies in it, and how many are kept."""

import json
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chaos.lab_error import LabError
from chaos.mark import run_mark
from lab.runs.home import ready_home
from lab.runs.remedy import owner_of, remedy
from lab.runs.removable import removable

KEPT = 20


class RunFolderError(LabError):
    """The run folder can't be made or written (exit code 4)."""


class UnknownRunError(RunFolderError):
    """There is no run of this name (exit code 3)."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where everything of one run lies. The folder is private to its owner (0700): it holds the token."""

    path: Path

    @property
    def name(self) -> str:
        """The run's name: ``<UTC time>-<drill>``."""
        return self.path.name

    @property
    def journal(self) -> Path:
        """Every event, append-only."""
        return self.path / "journal.jsonl"

    @property
    def ledger(self) -> Path:
        """What was done to the world, with its inverse; open until nothing of the run is left."""
        return self.path / "ledger.jsonl"

    @property
    def host(self) -> Path:
        """Names the folder of the lab that this run was made on; none: it had one to itself."""
        return self.path / "host"

    @property
    def mark(self) -> str:
        """What the run's processes, containers and networks carry."""
        return run_mark(self.name, self.path)

    @property
    def token(self) -> Path:
        """What changes a living service's settings asks for this file's content."""
        return self.path / "token"

    @property
    def socket(self) -> Path:
        """Where a living run listens for the command line."""
        return self.path / "socket"

    @property
    def asked(self) -> Path:
        """What ``lab up`` was asked for; a drill's run has none."""
        return self.path / "request.json"

    @property
    def interactive(self) -> bool:
        """Whether it is a lab of ``lab up``, not a drill's."""
        return self.asked.is_file()

    @property
    def logs(self) -> Path:
        """One log per service."""
        return self.path / "logs"

    @property
    def verdict(self) -> Path:
        """The judgement, as JSON."""
        return self.path / "verdict.json"

    @property
    def report(self) -> Path:
        """The page."""
        return self.path / "report.html"

    @property
    def junit(self) -> Path:
        """The judgement, as JUnit XML."""
        return self.path / "junit.xml"


def runs_folder(home: Path) -> Path:
    """Where runs go by default."""
    return home / "runs"


def create_run_folder(home: Path, drill: str, out: Path | None = None) -> RunFolder:
    """Make a new run's folder with its token, point ``latest`` to it, and keep the last 20.

    Raises:
        RunFolderError: it can't be written; says where and what to do.
    """
    path = out or runs_folder(home) / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{drill}"
    try:
        if out is None:
            ready_home(home)
        path = _claimed(path)
        folder = RunFolder(path.resolve())
        # Readable by all, inside a folder that is not: a container's user must read the mounted file.
        folder.token.write_text(secrets.token_urlsafe(32))
        folder.token.chmod(0o444)
        if out is None:
            _point_latest(path)
            with suppress(
                RunFolderError
            ):  # an old run that can't be removed is no reason not to begin a new one
                prune(home)
    except OSError as error:
        raise _unwritable(path, error) from error
    return folder


def write_request(folder: RunFolder, drill: dict[str, Any], runtime: str) -> None:
    """Write down what an interactive lab was asked for: other terminals see by it what it is.

    Raises:
        RunFolderError: it can't be written; says where and what to do.
    """
    try:
        folder.asked.write_text(json.dumps({"drill": drill, "runtime": runtime}))
    except OSError as error:
        raise _unwritable(folder.path, error) from error


def _unwritable(path: Path, error: OSError) -> RunFolderError:
    return RunFolderError(
        f"the run folder {path} can't be written: {error.strerror or error}. {remedy(path, error)}"
    )


def fresh_path(path: Path) -> Path:
    """Make a new folder of this name, or of one like it.

    Raises:
        OSError: it can't be made.
    """
    for attempt in range(100):
        candidate = path if attempt == 0 else path.with_name(f"{path.name}-{attempt + 1}")
        try:
            candidate.mkdir(parents=True, mode=0o700)
        except FileExistsError:
            continue
        return candidate
    raise OSError(f"{path} and 99 names like it exist already")


def _claimed(path: Path) -> Path:
    """A folder of this name, or of one like it, that is ours alone: new or empty, and now with ``logs`` in it.

    Raises:
        OSError: it can't be made.
    """
    for attempt in range(100):
        candidate = path if attempt == 0 else path.with_name(f"{path.name}-{attempt + 1}")
        candidate.mkdir(parents=True, mode=0o700, exist_ok=True)
        if any(candidate.iterdir()):
            continue
        with suppress(FileExistsError):
            (candidate / "logs").mkdir(mode=0o700)
            candidate.chmod(0o700)
            return candidate
    raise OSError(f"{path} and 99 names like it exist already")


def _point_latest(path: Path) -> None:
    fresh = path.parent / f".latest-{secrets.token_hex(4)}"
    fresh.symlink_to(path.name)
    fresh.replace(path.parent / "latest")


def list_runs(home: Path) -> list[RunFolder]:
    """All kept runs that this user may look into, oldest first."""
    return [run for run in _all_runs(home) if is_readable(run)]


def unreadable_runs(home: Path) -> list[RunFolder]:
    """Kept runs that belong to another user, so that nothing can be said of them."""
    return [run for run in _all_runs(home) if not is_readable(run)]


def is_readable(run: RunFolder) -> bool:
    """Whether this user may look into the folder."""
    return os.access(run.path, os.R_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def _all_runs(home: Path) -> list[RunFolder]:
    folder = runs_folder(home)
    try:
        found = sorted(folder.iterdir())
    except OSError:  # none yet, or the whole folder is for another user
        return []
    return [RunFolder(path) for path in found if path.is_dir() and not path.is_symlink()]


def find_run(home: Path, name: str) -> RunFolder:
    """A run by its name, its path, or ``latest``.

    Raises:
        UnknownRunError: there is none, or it belongs to another user.
    """
    for path in (runs_folder(home) / name, Path(name)):
        try:
            if (path / "journal.jsonl").is_file():
                return RunFolder(path.resolve())
        except PermissionError:
            said = f"the run {name!r} belongs to {owner_of(path)}, and is not for you to read"
            raise UnknownRunError(f"{said}. Ask as that user, or: sudo chown -R $USER {path}") from None
    known = ", ".join(run.name for run in list_runs(home)[-5:]) or "none yet; `lab run smoke` makes one"
    raise UnknownRunError(f"no run {name!r} in {runs_folder(home)}. The newest: {known}")


def prune(home: Path, keep: int = KEPT) -> list[str]:
    """Remove all but the newest ``keep`` idle runs (see ``removable``); the names of those removed.

    Raises:
        RunFolderError: a folder can't be removed; says which.
    """
    removed = []
    try:
        for run in removable(list_runs(home), keep):
            shutil.rmtree(run.path)
            removed.append(run.name)
    except OSError as error:
        raise RunFolderError(
            f"{error.filename or runs_folder(home)} can't be removed: {error.strerror or error}. "
            f"Removed before: {', '.join(removed) or 'none'}"
        ) from error
    finally:
        _repoint_latest(runs_folder(home))
    return removed


def _repoint_latest(folder: Path) -> None:
    """Have ``latest`` lead to the newest run that is left, where the one that it led to is gone."""
    latest = folder / "latest"
    if not latest.is_symlink() or latest.exists():
        return
    left = sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    with suppress(OSError):
        if left:
            _point_latest(left[-1])
        else:
            latest.unlink()
