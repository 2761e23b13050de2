"""The settings of on-call: how long a plane may be silent."""

from dataclasses import dataclass

from services.kit.rules import number
from services.kit.settings import DataSettings
from services.pager.dead_man import Patience


@dataclass(frozen=True)
class PagerSettings(DataSettings):
    """The longest silence of a plane in seconds, and the longest wait for its first heartbeat."""

    dead_man_s: float = number(15.0, least=0.1, most=3600)
    dead_man_first_s: float = number(60.0, least=0.1, most=3600)

    @property
    def patience(self) -> Patience:
        """Both."""
        return Patience(limit_s=self.dead_man_s, first_s=self.dead_man_first_s)
