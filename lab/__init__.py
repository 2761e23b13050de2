"""The lab: topology, runtimes, session, drills, journal, analysis and report of real retry storms.

    from lab import open_lab, run

What these names stand for is imported when it is first asked for: a command that needs none of it starts faster.
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.api import (
        DrillError,
        Event,
        Lab,
        LabError,
        LabFigures,
        Result,
        RunFolderError,
        SetupError,
        Unreachable,
        open_lab,
        run,
    )

__all__ = [
    "DrillError",
    "Event",
    "Lab",
    "LabError",
    "LabFigures",
    "Result",
    "RunFolderError",
    "SetupError",
    "Unreachable",
    "open_lab",
    "run",
]

BESIDE = ("chaos", "services", "loadgen")
"""Packages of the lab that lie beside this one."""


def __getattr__(name: str) -> Any:  # noqa: ANN401  PEP 562
    """One of the names above, from :mod:`lab.api`."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require_own_packages()
    return getattr(import_module("lab.api"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def require_own_packages() -> None:
    """Say so where a package of the user's hides one of the lab's.

    Raises:
        ImportError: which one, where it is, and what to do.
    """
    own = Path(__file__).resolve().parent.parent
    for name in BESIDE:
        spec = find_spec(name)
        found = Path(spec.origin).resolve() if spec is not None and spec.origin else None
        if found is None or not found.is_relative_to(own):
            raise ImportError(
                f"the lab's package `{name}` is hidden by {found or 'nothing of that name'}, which Python finds first. "
                "Start Python elsewhere, or with -P, or without that folder in PYTHONPATH",
                name=name,
            )
