"""The monitoring planes as their configuration files say: what they scrape, how soon they must alert. Pure data."""

from lab.monitoring.config import PlaneConfig, load_planes, modes
from lab.monitoring.config_error import MonitoringError
from lab.monitoring.queries import QUERIES, query_text

__all__ = ["QUERIES", "MonitoringError", "PlaneConfig", "load_planes", "modes", "query_text"]
