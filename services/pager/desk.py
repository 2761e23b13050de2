"""The desk where the pager lies: the clock that looks at it when an alarm is due, and the log of what it said."""

import asyncio
import re
import time
from collections.abc import Callable, Iterable

import structlog

from services.kit.env import BadEnvironmentError, Environment, required
from services.pager.dead_man import Patience, is_stale
from services.pager.page_store import Page
from services.pager.pager import Pager
from services.pager.webhook import read_webhook

_PLANE = re.compile(r"[A-Za-z0-9_-]{1,64}")

log = structlog.get_logger()


class Desk:
    """One pager with its clock.

    Args:
        planes: Their names.
        patience: How long a plane may be silent, as it is now.
    """

    def __init__(self, planes: Iterable[str], patience: Callable[[], Patience]) -> None:
        self.pager = Pager(planes, time.monotonic())
        self._patience = patience
        self._timer: asyncio.TimerHandle | None = None

    def take(self, plane: str, body: bytes) -> int:
        """A webhook of a plane; how much of it was news.

        Raises:
            BadWebhookError: It is none.
        """
        unix_s, patience = time.time(), self._patience()
        alerts = [alert for alert in read_webhook(body) if not is_stale(alert, unix_s, patience)]
        pages = self.pager.take(plane, alerts, time.monotonic())
        _tell(pages)
        self.watch()
        return len(pages)

    def watch(self) -> None:
        """Raise the alarms that are due, and come back by itself when the next one is."""
        self.stop()
        now_s, patience = time.monotonic(), self._patience()
        _tell(self.pager.check(now_s, patience))
        due_s = self.pager.due_s(patience)
        if due_s is not None:
            self._timer = asyncio.get_running_loop().call_later(due_s - now_s, self.watch)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()


def planes_from_environment(environment: Environment) -> list[str]:
    """The names in PLANES."""
    planes = required(environment, "PLANES", "shared ops").split()
    if not planes or not all(_PLANE.fullmatch(plane) for plane in planes):
        raise BadEnvironmentError(f"PLANES={' '.join(planes)!r} is no list of names such as: shared ops")
    return planes


def _tell(pages: Iterable[Page]) -> None:
    for page in pages:
        log.warning("page", plane=page.plane, alert=page.alert, state=page.state, labels=page.labels)
