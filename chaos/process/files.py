"""Files that others read while they are written: always whole, never half."""

import json
import os
from pathlib import Path
from typing import Any


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace ``path`` atomically. Not synced: these files are about living processes."""
    replace_text(path, json.dumps(content))


def replace_text(path: Path, text: str) -> None:
    """Replace ``path`` atomically, in UTF-8.

    Where that fails (a full disk, say) the old file stays, and no part of the new one. A link, a pipe or a device
    (``/dev/stdout``) is written into: replacing it would take it away.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        path.write_text(text, encoding="utf-8")
        return
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def read_json(path: Path) -> dict[str, Any] | None:
    """The content; None when there is no such file or nothing usable in it."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
