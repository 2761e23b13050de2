"""Small JSON files that others read while they are written: always whole, never half."""

import json
import os
from pathlib import Path
from typing import Any


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace ``path`` atomically. Not synced: these files are about living processes."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps(content))
    fresh.replace(path)


def read_json(path: Path) -> dict[str, Any] | None:
    """The content; None when there is no such file or nothing usable in it."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
