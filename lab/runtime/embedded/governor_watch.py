"""Whether a governor still runs, asked ten times a second: by a pidfd that is kept, one poll instead of four files."""

import os
import select
from dataclasses import dataclass, field

from chaos.governor.governed import Governed


@dataclass(slots=True)
class GovernorWatch:
    """The governors of one lab, by their device."""

    _held: dict[str, int] = field(default_factory=dict, init=False)

    def is_gone(self, device: str, governed: Governed) -> bool:
        """Whether the governor that spoke last has died; False also before the first one has said something."""
        if device in self._held:
            if not _has_ended(self._held[device]):
                return False
            self._let_go(device)
        status = governed.status()
        if status is None:
            return False
        try:
            held = os.pidfd_open(status.pid)
        except ProcessLookupError:
            return True
        self._held[device] = held
        if (
            status.state != "gone"
        ):  # read after the pidfd was opened: the pid can't have changed hands in between
            return False
        self._let_go(device)
        return True

    def close(self) -> None:
        """Let go of all of them."""
        for device in list(self._held):
            self._let_go(device)

    def _let_go(self, device: str) -> None:
        os.close(self._held.pop(device))


def _has_ended(pidfd: int) -> bool:
    """A pidfd is readable as soon as its process has ended, also while it waits for its parent."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(0))
