"""Labs side by side: each living lab holds a slot, which gives it addresses and networks of its own.

Slot N has the loopback addresses 127.(64+N).0.k and a block of four /24 networks from 198.19.0.0/16, which is
set aside for measurements (RFC 2544) and routed nowhere. Slots are lock files in a folder of the user, held
until the lab's process ends, however it ends.
"""

import asyncio
import ipaddress
import os
import stat
import struct
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import AsyncFileLock, FileLock, Timeout

from lab.runtime.base import SetupError

SLOTS = 16
SET_ASIDE = ipaddress.IPv4Network("198.18.0.0/15")
"""For measurements (RFC 2544)."""
POOL = ipaddress.IPv4Network("198.19.0.0/16")
BLOCKS = 64  # of four /24 networks
NETWORKS = ("LAB_NET_MAIN", "LAB_NET_INTERNAL", "LAB_NET_LINK", "LAB_NET_OPS")
FIRST_LOOPBACK = 64
LISTEN = "0A"
ROUTES = Path("/proc/net/route")
MEASURE_LOCK_S = 600.0
"""So long a lab waits for its turn at the machine."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A held slot; :meth:`release` gives it back."""

    number: int
    lock: FileLock

    @property
    def loopback(self) -> str:
        """The first three bytes of its loopback addresses."""
        return f"127.{FIRST_LOOPBACK + self.number}.0"

    def networks(self, taken: Iterable[ipaddress.IPv4Network] = ()) -> dict[str, str]:
        """Compose variables with a free network each.

        Args:
            taken: networks that are in use beside the host's routes, such as those of the container engine.

        Raises:
            SetupError: all of the slot's blocks are in use.
        """
        routes, engines = host_routes(), list(taken)
        used = [*(route.network for route in routes), *engines]
        subnets = list(POOL.subnets(new_prefix=24))
        for block in range(self.number, BLOCKS, SLOTS):
            chosen = subnets[block * 4 : block * 4 + 4]
            if not any(net.overlaps(other) for net in chosen for other in used):
                return dict(zip(NETWORKS, map(str, chosen), strict=True))
        raise SetupError(
            f"no free block of four /24 networks in {POOL} for slot {self.number}. {_in_the_way(routes, engines)}"
        )

    def release(self) -> None:
        """Give the slot back. Idempotent."""
        self.lock.release()


def runtime_folder() -> Path:
    """The user's folder for locks, private (0700) and checked to be so.

    Raises:
        SetupError: someone else owns it.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    name = "retry-storm-lab" if base else f"retry-storm-lab-{os.getuid()}"
    folder = Path(base or tempfile.gettempdir()) / name
    try:
        folder.mkdir(mode=0o700, exist_ok=True)  # the folder that XDG_RUNTIME_DIR names is not ours to make
        found = folder.lstat()
    except OSError as error:
        raise SetupError(
            f"the folder for locks {folder} can't be made: {error}. "
            "Set XDG_RUNTIME_DIR to a folder that exists, or unset it"
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise SetupError(
            f"the folder for locks {folder} belongs to someone else. Remove it, or set XDG_RUNTIME_DIR"
        )
    folder.chmod(0o700)
    return folder


@contextmanager
def hold_slot() -> Iterator[Slot]:
    """Take the first free slot and hold it while the context is open.

    A slot on whose addresses something still listens (the rest of a lab that was killed) is passed over.

    Raises:
        SetupError: none is free.
    """
    slot = take_slot()
    try:
        yield slot
    finally:
        slot.release()


def take_slot() -> Slot:
    """As :func:`hold_slot`, for who gives it back by :meth:`Slot.release`."""
    folder, busy = runtime_folder(), _listening_second_bytes()
    for number in range(SLOTS):
        if FIRST_LOOPBACK + number in busy:
            continue
        lock = FileLock(folder / f"slot-{number}.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        return Slot(number, lock)
    remedy = "See `lab runs list` for living labs, end one by `lab down`, or clean up by `lab recover`"
    raise SetupError(f"all {SLOTS} slots for labs side by side are in use. {remedy}")


def _listening_second_bytes() -> set[int]:
    """The b of every 127.b.c.d on which a TCP socket listens."""
    try:
        lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return set()
    fields = (line.split() for line in lines)
    listening = (
        struct.pack("=I", int(local[:8], 16)) for _, local, _, state, *_ in fields if state == LISTEN
    )
    return {address[1] for address in listening if address[0] == 127}  # noqa: PLR2004 - loopback


@dataclass(frozen=True, slots=True)
class Route:
    """A network that this host reaches in a way of its own, by an interface."""

    network: ipaddress.IPv4Network
    interface: str


def host_routes() -> list[Route]:
    """Routes to networks of their own; none where they can't be read.

    What leads to everything is left out: the default route, and those by which a full-tunnel VPN takes its place
    (0.0.0.0/1 and 128.0.0.0/1, or finer ones). Whatever is wider than the block set aside for measurements is one.
    """
    try:
        lines = ROUTES.read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []
    fields = map(str.split, lines)
    routes = (Route(ipaddress.IPv4Network((_ip(one[1]), str(_ip(one[7])))), one[0]) for one in fields if one)
    return [route for route in routes if not _leads_everywhere(route.network)]


def _leads_everywhere(network: ipaddress.IPv4Network) -> bool:
    return network.prefixlen < SET_ASIDE.prefixlen and network.supernet_of(SET_ASIDE)


def _in_the_way(routes: Iterable[Route], engines: Iterable[ipaddress.IPv4Network]) -> str:
    """What takes the addresses, and what would help."""
    routed = [route for route in routes if route.network.overlaps(POOL)]
    there = [str(network) for network in engines if network.overlaps(POOL)]
    said = [f"In the way: the route to {route.network} by {route.interface}" for route in routed]
    if said:
        why = f"A VPN or a proxy has it (some answer with addresses from {SET_ASIDE})"
        said.append(f"{why}: end it meanwhile, or use --runtime embedded")
    if there:
        said.append(f"The engine's networks {', '.join(there)} are there")
        said.append("Remove those that no one uses any more: `lab recover`, then `docker network prune`")
    return ". ".join(said)


def _ip(kernel: str) -> ipaddress.IPv4Address:
    """The kernel prints addresses as hexadecimal in the machine's byte order."""
    return ipaddress.IPv4Address(struct.pack("=I", int(kernel, 16)))


@asynccontextmanager
async def hold_measure_lock(holder: str, deadline_s: float) -> AsyncIterator[None]:
    """Only one measured drill at a time: two would share the cores and spoil each other's figures.

    Args:
        holder: who wants it, for the message that others get.
        deadline_s: how long to wait for it.

    Raises:
        SetupError: someone held it all the time; says who.
    """
    folder = runtime_folder()
    note = folder / "measure.holder"
    lock = AsyncFileLock(folder / "measure.lock", poll_interval=0.1, run_in_executor=False)
    try:
        await lock.acquire(timeout=deadline_s)
    except Timeout:
        other = await asyncio.to_thread(_read, note)
        raise SetupError(
            f"another measured drill had the machine for {deadline_s:g} s: {other}. "
            "Two at once would spoil each other's figures: wait for it, or end it by Ctrl-C in its terminal"
        ) from None
    try:
        note.write_text(
            f"{holder} (process {os.getpid()}, since {time.strftime('%H:%M:%S')})", encoding="utf-8"
        )
        yield
    finally:
        note.unlink(missing_ok=True)
        await lock.release()


def measuring_now() -> str | None:
    """Who has the machine for a measured drill; None: no one (a note of one that was killed doesn't count)."""
    folder = runtime_folder()
    lock = FileLock(folder / "measure.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return _read(folder / "measure.holder")
    lock.release()
    return None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return "it did not say which"
