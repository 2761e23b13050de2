"""``lab`` as a person types it, with a folder for runs of its own: what else lives on this machine is not seen."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab.runs.home import VARIABLE
from lab.session import RunFolder, living
from tests.live.conftest import LAB, ROOT

DEADLINE_S = 400
"""With its turn at the machine, that others may have."""


@dataclass(frozen=True)
class ByHand:
    """Types commands. ``home``: what ``LAB_HOME`` says."""

    home: Path

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """What a command printed, on either stream; it must end with this code."""
        done = subprocess.run(
            [*LAB, *arguments], cwd=ROOT, env=os.environ | {VARIABLE: str(self.home)},
            capture_output=True, text=True, timeout=DEADLINE_S, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def up(self) -> RunFolder:
        """The one lab that is up."""
        (run,) = living(self.home)
        return run
