"""What a plane's configuration files promise: targets, intervals, and how soon a page must arrive."""

from dataclasses import dataclass
from pathlib import Path

from lab.monitoring.config_error import MonitoringError
from lab.monitoring.document import Part, read
from lab.monitoring.rules import Chain, read_rules
from lab.monitoring.scraping import Scraping, read_scraping

HEARTBEAT = "heartbeat"
WINDOW_SCRAPES = 5
"""As wide as the rules' shortest windows."""
SLACK_S = 1.0
"""For all that is not configured: answers, notifications and webhooks on their way."""
_GROUP_WAIT_S = 30.0


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
    if mode not in modes(folder):
        remedy = f"Take one of: {', '.join(modes(folder)) or 'none is there; restore them from git'}"
        raise MonitoringError(folder, None, f"there is no mode `{mode}` of monitoring", remedy)
    return _plane("shared", mode, folder / mode), _plane("ops", mode, folder / "ops")


def _plane(plane: str, mode: str, folder: Path) -> PlaneConfig:
    document = read(folder / "prometheus.yaml")
    has_agent = (folder / "agent.yaml").exists()
    scraping = read_scraping(read(folder / "agent.yaml") if has_agent else document)
    return PlaneConfig(
        plane=plane,
        mode=mode,
        service=f"prometheus-{plane}",
        alertmanager=f"alertmanager-{plane}",
        agent="prometheus-agent" if has_agent else None,
        scrape_interval_s=scraping.interval_s,
        scrape_timeout_s=scraping.timeout_s,
        window_s=WINDOW_SCRAPES * scraping.interval_s,
        targets=scraping.targets,
        bounds_s=_bounds_s(scraping, Chain(read_rules(document)), read(folder / "alertmanager.yaml")),
    )


def _bounds_s(scraping: Scraping, rules: Chain, alertmanager: Part) -> dict[str, float]:
    """Interval + timeout (+ an agent's batch) + what the rules take + group_wait + slack, for each alert."""
    seen_s = scraping.interval_s + scraping.timeout_s + scraping.sending_s
    paged_s = _group_wait_s(alertmanager.at("route"), _GROUP_WAIT_S) + SLACK_S
    bounds_s: dict[str, float] = {}
    for alert in rules.alerts:
        if alert.about != HEARTBEAT:
            bound_s = round(seen_s + rules.delay_s(alert) + paged_s, 3)
            bounds_s[alert.alert] = max(bound_s, bounds_s.get(alert.alert, 0.0))
    return bounds_s


def _group_wait_s(route: Part, inherited_s: float) -> float:
    """The longest of a route and all beneath it: whichever an alert takes, it does not wait longer."""
    own_s = route.at("group_wait").seconds(inherited_s)
    return max([own_s, *(_group_wait_s(each, own_s) for each in route.at("routes").items())])
