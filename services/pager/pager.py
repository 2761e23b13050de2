"""The pager of one on-call: pages of several planes, and a dead-man's switch for each."""

from collections.abc import Iterable

from services.pager.dead_man import HEARTBEAT, DeadMan, Patience
from services.pager.page_store import Page, Pages
from services.pager.webhook import Alert


class Pager:
    """What arrived, and what should have. Time is an argument: seconds of a clock that never goes back.

    Args:
        planes: Their names.
        started_s: Since when their heartbeats are waited for.
    """

    def __init__(self, planes: Iterable[str], started_s: float) -> None:
        self.pages = Pages()
        self._switches = {plane: DeadMan(started_s) for plane in planes}

    def knows(self, plane: str) -> bool:
        """Whether there is such a plane."""
        return plane in self._switches

    def take(self, plane: str, alerts: Iterable[Alert], now_s: float) -> list[Page]:
        """A group of alerts that arrived from a plane; what of it is news."""
        news = []
        for alert in alerts:
            # A heartbeat is no page, and one that ended is none at all: what follows is silence.
            told = self._beat(plane, alert, now_s) if alert.name == HEARTBEAT else alert
            page = self.pages.take(plane, told, now_s) if told else None
            news += [page] if page else []
        return news

    def check(self, now_s: float, patience: Patience) -> list[Page]:
        """The alarms that are to be raised now."""
        alarms = ((plane, switch.check(now_s, patience)) for plane, switch in self._switches.items())
        pages = (self.pages.take(plane, alarm, now_s) for plane, alarm in alarms if alarm)
        return [page for page in pages if page]

    def due_s(self, patience: Patience) -> float | None:
        """When to check next if nothing arrives until then; None: every plane is silent already."""
        due = [switch.due_s(patience) for switch in self._switches.values()]
        return min((due_s for due_s in due if due_s is not None), default=None)

    def heartbeats(self) -> dict[str, float | None]:
        """The latest heartbeat by plane; None: there was none."""
        return {plane: switch.last_s for plane, switch in self._switches.items()}

    def _beat(self, plane: str, alert: Alert, now_s: float) -> Alert | None:
        return self._switches[plane].beat(now_s) if alert.state == "firing" else None
