"""A lab that people play with shares the cores with a measurement, and spoils its figures: said before it begins."""

from rich.console import Console

from lab.remote.client import listens
from lab.runs.folder import RunFolder
from lab.runs.registry import registered


def warn_of_labs(console: Console) -> None:
    """Say which interactive labs of this user are up on this machine, and how to end them."""
    for run in playing():
        console.print(
            f"the interactive lab {run.name} is up and shares this machine's cores: the figures may come out "
            f"inconclusive. `lab down` where it was started ends it ({run.path})",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip


def playing() -> list[RunFolder]:
    """The interactive labs that live, of every folder."""
    return [run for run in registered() if run.interactive and listens(run)]
