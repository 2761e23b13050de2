"""What a data port counts. Everything is cumulative; a rate is the reader's business.

requests = served + abandoned + failed + in flight

Two figures are about the same requests from another side: `shed` (of `failed` and `abandoned`) were refused or dropped
instead of being done, `wasted` (of `abandoned`) were done for a client that was gone.
"""

import errno
from typing import Any


class Counters:
    """Cumulative counters of one data port."""

    def __init__(self) -> None:
        self.requests = 0
        self.served = 0
        self.abandoned = 0
        self.abandoned_work = 0
        self.shed: dict[str, int] = {}
        self.failed: dict[str, int] = {}
        self.connections = 0
        self.in_flight = 0
        self.errors: dict[str, int] = {"EMFILE": 0, "EADDRNOTAVAIL": 0}

    def answered(self, status: int, *, delivered: bool) -> bool:
        """A request has an answer; one whose client is gone was abandoned, whatever the answer is.

        Returns:
            Whether it was served.
        """
        if not delivered:
            self.abandoned += 1
            self.abandoned_work += 0 < status < 400  # noqa: PLR2004  0: it was not done; 4xx and 5xx: nor was the work
        elif status < 400:  # noqa: PLR2004  HTTP: 4xx and 5xx are failures
            self.served += 1
            return True
        else:
            self.failed[str(status)] = self.failed.get(str(status), 0) + 1
        return False

    def refused(self, reason: str) -> None:
        """Work that was refused or dropped instead of being done, by who said so."""
        self.shed[reason] = self.shed.get(reason, 0) + 1

    def error(self, error: BaseException) -> None:
        """Trouble in the process: by errno's name where it has one, else by its type."""
        number = getattr(error, "errno", None)
        name = errno.errorcode.get(number or 0, type(error).__name__)
        self.errors[name] = self.errors.get(name, 0) + 1

    def ends(self) -> dict[str, int]:
        """How requests ended, as the log has it: `ok`, `abandoned`, or the status."""
        return {"ok": self.served, "abandoned": self.abandoned, **self.failed}

    def as_json(self) -> dict[str, Any]:
        """The counters as the control port reports them."""
        return {
            "requests_total": self.requests,
            "served_total": self.served,
            "abandoned_total": self.abandoned,
            "abandoned_work_total": self.abandoned_work,
            "failed_total": self.failed,
            "shed_total": self.shed,
            "connections_total": self.connections,
            "in_flight": self.in_flight,
        }
