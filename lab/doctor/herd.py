"""Whether the thousands of clients of a drill fit on this machine, as the lab asks before it starts one."""

from collections.abc import Iterator

from lab.doctor.diagnosis import Diagnosis
from lab.session.herd import HerdLimits, too_many

NAME = "Herd"
TODO = "Raise what is named, or run `thundering-herd`, which has 200 clients"


def herd(clients: int, limits: HerdLimits | None = None) -> Iterator[Diagnosis]:
    """Nothing to say of a drill without such clients.

    In containers each service has its own network and limits; what of the host's is too small for them fails.
    """
    if not clients:
        return
    here = HerdLimits.here() if limits is None else limits
    anywhere, embedded = (list(too_many(clients, here, on_host=on_host)) for on_host in (False, True))
    found = f"{clients:,} clients: {'; '.join(embedded)}"
    if anywhere:
        yield Diagnosis(NAME, "fail", found, TODO)
    elif embedded:
        yield Diagnosis(NAME, "warn", f"embedded refuses {found}", f"Use --runtime compose, or: {TODO}")
    else:
        yield Diagnosis(NAME, "ok", f"{clients:,} clients fit: open files, ports, memory")
