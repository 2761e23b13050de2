"""Where a process's control groups are, by /proc; and their small files, read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
UNIFIED = ""
"""The name of the one hierarchy of version 2, beside the controllers' names of version 1."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A process's group in one hierarchy; ``top`` is the outermost group that can be seen from here."""

    folder: Path
    top: Path

    def path(self) -> Iterator[Path]:
        """The group and those around it, from the inside out."""
        yield self.folder
        if self.folder.is_relative_to(self.top):
            yield from self.folder.parents[: len(self.folder.relative_to(self.top).parts)]


def placed(pid: int | str, proc: Path = PROC) -> dict[str, Placed]:
    """Controller -> the group that a process is in.

    Raises:
        OSError: there is no such process, or no /proc.
    """
    lines = (proc / str(pid) / "cgroup").read_text(encoding="utf-8").splitlines()
    mounts = (proc / "self" / "mountinfo").read_text(encoding="utf-8").splitlines()
    return dict(_placed(lines, mounts))


def _placed(lines: list[str], mounts: list[str]) -> Iterator[tuple[str, Placed]]:
    where = {name: mount for line in mounts for name, mount in _mounted(line)}
    for line in lines:
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            if name in where:
                root, point = where[name]
                inside = path.removeprefix(root) if root != "/" else path
                yield name, Placed(Path(point) / inside.lstrip("/"), Path(point))


def _mounted(line: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Controllers of a mount -> (its root in the hierarchy, where it is mounted)."""
    head, _, tail = line.partition(" - ")
    kind, _, options = tail.split(" ", 2)
    root, point = head.split()[3:5]
    if kind == "cgroup2":
        yield UNIFIED, (root, point)
    elif kind == "cgroup":
        for name in options.split(","):
            yield name, (root, point)


def text(file: Path) -> str:
    """The one line of a file.

    Raises:
        OSError: it can't be read.
    """
    return file.read_text(encoding="ascii").strip()


def table(file: Path) -> dict[str, int]:
    """A file of names and numbers.

    Raises:
        OSError: it can't be read.
        ValueError: it is no such table.
    """
    return {name: int(value) for name, value in map(str.split, text(file).splitlines())}
