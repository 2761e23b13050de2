"""The path of a run's unix socket, short enough to be one: the kernel takes 107 bytes, wherever the folder lies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST_BYTES = 107


@contextmanager
def short_path(socket: Path) -> Iterator[str]:
    """A name of ``socket`` to bind or to connect to while the context is open.

    Absolute, relative to here, or, where both are too long, by an open descriptor of its folder (Linux).
    """
    short = min((str(socket), os.path.relpath(socket)), key=len)
    if len(os.fsencode(short)) <= MOST_BYTES:
        yield short
        return
    folder = os.open(socket.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{socket.name}"
    finally:
        os.close(folder)
