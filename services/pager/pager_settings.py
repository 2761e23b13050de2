"""The settings of on-call: how long a plane may be silent."""

from dataclasses import dataclass

from services.kit.live_settings import DataSettings
from services.kit.rules import number
from services.pager.dead_man import Patience


@dataclass(frozen=True)
class PagerSettings(DataSettings):
    """A plane's longest silence, the longest wait for its first heartbeat, a heartbeat's greatest age; in seconds."""

    dead_man_s: float = number(15.0, least=0.1, most=3600)
    dead_man_first_s: float = number(60.0, least=0.1, most=3600)
    heartbeat_age_s: float = number(3.0, least=0.1, most=3600)

    @property
    def patience(self) -> Patience:
        """All three."""
        return Patience(self.dead_man_s, self.dead_man_first_s, self.heartbeat_age_s)
