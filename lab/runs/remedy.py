"""What to do about a folder that can't be written or read: full, read-only, or another user's."""

import errno
from pathlib import Path

ELSEWHERE = "by LAB_HOME=FOLDER, or by --out DIR (`lab run`)"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def remedy(path: Path, error: OSError) -> str:
    """What to do, by what went wrong and who owns the place."""
    place = next((one for one in (path, *path.parents) if one.exists()), path)
    if error.errno in _FULL:
        return f"Free some space there, or choose another folder {ELSEWHERE}."
    if error.errno == errno.EROFS:
        return f"{place} is read-only: work in another folder, or choose one {ELSEWHERE}."
    if isinstance(error, PermissionError):
        return (
            f"{place} belongs to {owner_of(place)}: sudo chown -R $USER {place}, work in another folder, or choose "
            f"one {ELSEWHERE}."
        )
    return f"Choose another folder {ELSEWHERE}."


def owner_of(path: Path) -> str:
    """Who owns a path: the user's name, or the number where it has none."""
    try:
        return path.owner()
    except KeyError:
        return f"user {path.stat().st_uid}"
    except OSError:
        return "another user"
