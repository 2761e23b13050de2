"""What a plane's configuration files promise: targets, intervals, and how soon a page must arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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


class MonitorRole(Protocol):
    """A role of the topology, as far as planes are concerned (``lab.topology.Role``)."""

    @property
    def kind(self) -> str:
        """``monitor`` for what watches."""

    @property
    def plane(self) -> str | None:
        """The plane that it belongs to."""

    @property
    def calls(self) -> tuple[str, ...]:
        """Whom it sends what it has."""


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


def load_planes(folder: Path, mode: str, roles: Mapping[str, MonitorRole]) -> tuple[PlaneConfig, ...]:
    """The planes (shared, ops) that watch in a mode.

    Args:
        folder: compose/monitoring.
        mode: one of :func:`modes`.
        roles: those of the topology: which monitor belongs to which plane, and whom it sends what it has.

    Raises:
        MonitoringError: a file is missing, is no YAML or says something that no bound can be made of.
    """
    if mode not in modes(folder):
        remedy = f"Take one of: {', '.join(modes(folder)) or 'none is there; restore them from git'}"
        raise MonitoringError(folder, None, f"there is no mode `{mode}` of monitoring", remedy)
    return _plane("shared", mode, folder / mode, roles), _plane("ops", mode, folder / "ops", roles)


def _plane(plane: str, mode: str, folder: Path, roles: Mapping[str, MonitorRole]) -> PlaneConfig:
    document = read(folder / "prometheus.yaml")
    has_agent = (folder / "agent.yaml").exists()
    scraping = read_scraping(read(folder / "agent.yaml") if has_agent else document)
    prometheus, alertmanager, agent = _chain(plane, roles)
    return PlaneConfig(
        plane=plane,
        mode=mode,
        service=prometheus,
        alertmanager=alertmanager,
        agent=agent if has_agent else None,
        scrape_interval_s=scraping.interval_s,
        scrape_timeout_s=scraping.timeout_s,
        window_s=WINDOW_SCRAPES * scraping.interval_s,
        targets=scraping.targets,
        bounds_s=_bounds_s(scraping, Chain(read_rules(document)), read(folder / "alertmanager.yaml")),
    )


def _chain(plane: str, roles: Mapping[str, MonitorRole]) -> tuple[str, str, str | None]:
    """A plane's Prometheus, its Alertmanager, and who may scrape for it: (agent ->) Prometheus -> Alertmanager."""
    mine = {name: role for name, role in roles.items() if role.kind == "monitor" and role.plane == plane}
    hands_on = {name: next((to for to in role.calls if to in mine), None) for name, role in mine.items()}
    last = next((name for name in mine if hands_on[name] is None), f"alertmanager of the {plane} plane")
    before = next((name for name, to in hands_on.items() if to == last), f"prometheus of the {plane} plane")
    return before, last, next((name for name, to in hands_on.items() if to == before), None)


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
