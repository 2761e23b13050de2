"""What a plane's configuration files promise: targets, intervals, and how soon a page must arrive."""

from dataclasses import dataclass
from pathlib import Path


class MonitoringError(ValueError):
    """A plane's configuration that the lab can't use: says file, line where known, cause and remedy."""


@dataclass(frozen=True, slots=True)
class PlaneConfig:
    """A plane as configured.

    Attributes:
        plane: ``shared`` or ``ops``; ``mode`` is how the shared one sees main.
        service: its Prometheus in the topology; ``alertmanager`` and ``agent`` (None: it scrapes itself) alike.
        scrape_interval_s: of its targets in main; ``scrape_timeout_s`` alike.
        window_s: five scrapes, the width of the rates that it is asked for.
        targets: the ``service`` labels of its targets in main.
        bounds_s: alert -> how long after its cause a page must have arrived.
    """

    plane: str
    mode: str
    service: str
    alertmanager: str
    agent: str | None
    scrape_interval_s: float
    scrape_timeout_s: float
    window_s: float
    targets: tuple[str, ...]
    bounds_s: dict[str, float]


def modes(folder: Path) -> tuple[str, ...]:
    """The ways in which the shared plane can see main: the folders of compose/monitoring with a ``mode.env``."""
    return tuple(sorted(file.parent.name for file in folder.glob("*/mode.env")))


def load_planes(folder: Path, mode: str) -> tuple[PlaneConfig, ...]:
    """The planes (shared, ops) that watch in a mode.

    Args:
        folder: compose/monitoring.
        mode: one of :func:`modes`.

    Raises:
        MonitoringError: a file is missing, is no YAML or says something that no bound can be made of.
    """
    raise NotImplementedError(folder, mode)
