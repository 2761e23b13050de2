"""``lab top``: who sends most over a device of the living lab."""

from contextlib import suppress

from chaos.errors import UnsupportedError
from lab.probes.control import ControlError
from lab.probes.talk_event import Talk, Talker
from lab.probes.top_talkers import watch_talkers
from lab.session.host import Host
from services.libraries import LAB

DEVICE_SETTING = "device"
"""A client that can be routed over another device has this setting; a library goes over the bridge only."""
LEAST_S, MOST_S = 0.5, 20.0


async def top(host: Host, device: str, seconds: float) -> Talk:
    """Watch ``device`` for ``seconds`` s.

    Raises:
        ValueError: not 0.5 to 20 s.
        KeyError: no such service; the message has the valid ones.
        UnsupportedError: its sockets can't be read here.
    """
    if not LEAST_S <= seconds <= MOST_S:
        raise ValueError(f"{seconds:g} s is no time to watch for; valid: {LEAST_S:g} to {MOST_S:g} s")
    watched = await host.runtime.connections(device)
    if watched is None:
        raise UnsupportedError(
            f"the sockets of {device} can't be read here: in a container that needs root on the engine's own machine"
        )
    try:
        before, begun_s = await _forwarded(host), host.now_s()
        talk = await watch_talkers(device, watched, host.runtime.whose, seconds, host)
        after, took_s = await _forwarded(host), host.now_s() - begun_s
    finally:
        watched.close()
    known = before is not None and after is not None and after >= before
    return talk.model_copy(
        update={
            "talkers": tuple([await _asked(host, talker) for talker in talk.talkers]),
            "forwarded_per_s": (after - before) / took_s if known and before is not None and after else None,
        }
    )


async def _forwarded(host: Host) -> int | None:
    """Connections that the proxy behind the devices has accepted from them so far."""
    with suppress(ControlError, KeyError):
        behind = host.recent.roles.behind_device
        counters = await host.control.get(host.runtime.address(behind, "control"), "/counters")
        return int(counters["connections_total"])
    return None


async def _asked(host: Host, talker: Talker) -> Talker:
    """With whether it can be moved; the lab's own instruments aren't, nor a process whose roles move one by one."""
    roles = host.recent.roles.named_by(talker.who)
    if not talker.service or len(roles) > 1 or set(roles) <= host.recent.roles.aside:
        return talker.model_copy(update={"movable": False})
    movable = None
    with suppress(ControlError):
        try:
            address = host.runtime.address(talker.who, "control")
        except KeyError:  # no service of ours with settings
            movable = False
        else:
            settings = await host.control.get(address, "/settings")
            movable = DEVICE_SETTING in settings and settings.get("library", LAB) == LAB
    return talker.model_copy(update={"movable": movable})
