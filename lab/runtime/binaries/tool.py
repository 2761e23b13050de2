"""A tool of this machine (go, apt-get, dpkg-deb), called with a deadline; its failure in words."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from lab.runtime.binaries.source import UnavailableError


def call_tool(
    command: list[str], deadline_s: float, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> str:
    """What the command wrote to standard output.

    Raises:
        UnavailableError: it is missing, failed or was not done in time; has the end of what it said.
    """
    shown = " ".join(command[:2])
    try:
        done = subprocess.run(
            command, env=env, cwd=cwd, capture_output=True, text=True, timeout=deadline_s, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"`{shown}` did not work: {error}") from error
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise UnavailableError(f"`{shown}` ended with {done.returncode}: {' / '.join(last)}")
    return done.stdout.strip()
