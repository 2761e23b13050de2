"""The sockets inside a container's network namespace, from outside."""

from functools import partial
from pathlib import Path

from chaos.sock_diag import inside, open_query
from lab.runtime.listener import Listener


def open_listener(pid: int, port: int) -> Listener | None:
    """A way to the sockets of the container whose first process is ``pid``; None where that needs root."""
    query = inside(pid, open_query)
    if query is None:
        return None
    return Listener(query, port, overflows=partial(_overflows, Path(f"/proc/{pid}/net/netstat")))


def _overflows(netstat: Path) -> int | None:
    """How often an accept queue in this namespace was full: a line of names, then one of values."""
    lines = netstat.read_text(encoding="ascii").splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=False):
        table = dict(zip(names.split(), values.split(), strict=False))
        if "ListenOverflows" in table:
            return int(table["ListenOverflows"])
    return None
