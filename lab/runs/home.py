"""Where runs go: ``LAB_HOME``, or the folder ``.lab`` where the user stands."""

import os
from pathlib import Path

VARIABLE = "LAB_HOME"


def lab_home() -> Path:
    """The folder of everything that outlives a run: ``runs/``, ``tournaments/``, ``searches/``, calibrations.

    Nothing is made here: whoever writes makes it, by :func:`ready_home`, and says what is wrong where that fails.
    """
    named = os.environ.get(VARIABLE)
    return Path(named).expanduser().absolute() if named else Path.cwd() / ".lab"


def ready_home(home: Path) -> None:
    """Make the folder, if there is none, and keep it out of the user's own git.

    Raises:
        OSError: it can't be made or written.
    """
    home.mkdir(parents=True, exist_ok=True)
    ignored = home / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n")
