"""How a process of the lab's own code is started, so that nothing where the user stands can take its place.

A user's folder may well hold a package called ``services`` or a file ``lab.py``. Python would import those first from
the working directory; ``-P`` (in the environment: ``PYTHONSAFEPATH``, which children inherit) leaves that out.
"""

import site
import sys
from pathlib import Path

import chaos

SAFE_PATH = "-P"


def import_path() -> dict[str, str]:
    """The variables by which a Python that is started finds the lab's packages, and none in its working directory.

    ``PYTHONPATH`` only where they are no part of the installation that it looks through by itself: it stands before
    the standard library.
    """
    packages = Path(chaos.__file__).resolve().parent.parent
    found = {"PYTHONSAFEPATH": "1"}
    return found if packages in _site_folders() else {**found, "PYTHONPATH": str(packages)}


def _site_folders() -> frozenset[Path]:
    return frozenset(Path(one).resolve() for one in (*site.getsitepackages(), site.getusersitepackages()))


def own_python(module: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs one of the lab's modules with this interpreter."""
    return (sys.executable, SAFE_PATH, "-m", module, *arguments)
