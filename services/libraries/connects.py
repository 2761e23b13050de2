"""How many connections this process began to open to the bridge, whichever library did.

No library counts its attempts, but each of them must ask Python for a connection, and Python notifies whoever listens
(audit event `socket.connect`, PEP 578). So a connect counts when it starts, as an attempt of the lab's own client
does: also one that is refused, or whose SYN is dropped because the bridge's queue is full. Requests on a connection
that was kept alive open none; those are seen where they arrive.

    docs: https://docs.python.org/3/library/audit_events.html
"""

import sys
import threading


class Connects:
    """Counts from now on, for as long as the process lives: an audit hook can't be taken away.

    Args:
        port: The port that is connected to.
    """

    def __init__(self, port: int) -> None:
        self.total = 0
        self._port = port
        self._lock = threading.Lock()
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        if event != "socket.connect":
            return
        address = arguments[1]
        if isinstance(address, tuple) and address[1] == self._port:
            with self._lock:  # blocking libraries connect from many threads
                self.total += 1
