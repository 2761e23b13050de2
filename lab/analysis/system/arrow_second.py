"""What was sent over an arrow in a second: first attempts and retries apart, and what its caller refused to send.

    attempts = first attempts + retries          refused: never sent

All are counted in the second in which they began, so that the newest second is true at once; a ``Row`` counts attempts
in the second in which their call began, which settles when all of its retries have ended. Summed over a run both are
the same, but for what is in flight at its ends.

Who counts, by the kind of the caller:

======================  ============================================================================================
client, instrument      itself: attempts, and those of them that were the first of their call
the same, older journal calls less those that were refused before any attempt, at most as many as attempts
client by a library     attempts as in ``lab.analysis.timeline.attempts``; the first of each call are its calls
server                  itself, where it counts by callee (``upstream``); else its callee, which sees what arrived
load                    itself: every request once, a load never retries
======================  ============================================================================================
"""

from dataclasses import dataclass

from lab.analysis.system.newest_sample import newest_until
from lab.analysis.system.system_map import Arrow, SystemMap
from lab.analysis.timeline.seconds import ENDED, Seconds
from lab.analysis.timeline.timeline import Timeline

ALL = ""
"""The name under which a proxy counts what it passes on, to whomever."""
NO_RETRIES = "none"
"""The policy that never retries."""


@dataclass(frozen=True, slots=True)
class ArrowSecond:
    """Attempts per second over an arrow.

    Attributes:
        first_rps: attempts that were the first of their call.
        retries_rps: every attempt but the first, hedges among them.
        refused_rps: attempts that the caller's own budget, breaker or full pool refused, so that they were never sent;
            first attempts and retries together. None: the caller doesn't say.
        over: the device that the caller was routed over, where it is another one than on the map.
    """

    first_rps: float
    retries_rps: float
    refused_rps: float | None
    over: str | None = None


def arrow_second(timeline: Timeline, found: SystemMap, arrow: Arrow, second: int) -> ArrowSecond | None:
    """What was sent over an arrow of a map; None: not measured."""
    kind = timeline.roles[arrow.source].kind
    if kind == "load":
        return _of_load(timeline, arrow.target, second)
    if kind == "server":
        return _passed_on(timeline, found, arrow, second)
    if sum(one.source == arrow.source for one in found.arrows) > 1:
        return None  # a client counts all that it calls together
    return _of_client(timeline, arrow, second)


def _of_load(timeline: Timeline, target: str, second: int) -> ArrowSecond | None:
    """The requests of those customers that call this target; all of them where there is no other."""
    seconds, load = timeline.seconds, timeline.roles.load
    customers = timeline.drill.load.customers if timeline.drill else ()
    mine = [customer.name for customer in customers if customer.target == target]
    if len(mine) == len(customers):
        sent = seconds.counted(load, "requests", second)
    else:
        parts = [seconds.counted(load, f"requests of {name}", second) for name in mine]
        known = [part for part in parts if part is not None]
        sent = sum(known) if known and len(known) == len(parts) else None
    return None if sent is None else ArrowSecond(sent, 0.0, 0.0)


def _of_client(timeline: Timeline, arrow: Arrow, second: int) -> ArrowSecond | None:
    seconds, name = timeline.seconds, arrow.source
    calls, refused = (seconds.counted(name, what, second) for what in ("calls", "rejected"))
    attempts = seconds.counted(name, "attempts", second)
    first = seconds.counted(name, "first attempts", second)
    if attempts is None:
        attempts, refused = _by_library(seconds, name, second), None
    elif first is None and calls is not None:
        calls *= 1 - _untried_share(seconds, name, second)
    if first is None:
        first = calls
    if attempts is None or first is None:
        return None
    first = min(first, attempts)
    return ArrowSecond(first, attempts - first, refused, _routed_over(timeline, arrow, second))


def _by_library(seconds: Seconds, name: str, second: int) -> float | None:
    """The attempts of a client that can't count them: all clients' but the others', each of which counts its own."""
    clients = seconds.at(second).clients
    others = [cohort.attempts for client, cohort in clients.items() if client != name]
    counted = [attempts for attempts in others if attempts is not None]
    whole = seconds.attempts(second)
    if (
        name not in clients
        or clients[name].attempts is not None
        or whole is None
        or len(counted) < len(others)
    ):
        return None
    return max(0.0, whole - sum(counted))


def _untried_share(seconds: Seconds, name: str, second: int) -> float:
    """Of the calls that began in a second, the share of which not one attempt was made: the client's guard refused."""
    cohort = seconds.at(second).clients.get(name)
    if cohort is None or not cohort.requests:
        return 0.0
    untried = sum(count for kind, count in cohort.failed.items() if kind not in ENDED)
    return min(1.0, untried / cohort.requests)


def _routed_over(timeline: Timeline, arrow: Arrow, second: int) -> str | None:
    """The device that a client's settings name, where it isn't the map's."""
    read = newest_until(timeline.settings.get(arrow.source, ()), second)
    device = None if read is None else read.values.get("device")
    return device if isinstance(device, str) and device in timeline.roles and device != arrow.over else None


def _passed_on(timeline: Timeline, found: SystemMap, arrow: Arrow, second: int) -> ArrowSecond | None:
    """What a server sent on. Where it counts by callee, its own count; else what arrived at the callee."""
    seconds, name = timeline.seconds, arrow.source
    attempts = seconds.counted(name, f"attempts to {arrow.target}", second)
    first = seconds.counted(name, f"first attempts to {arrow.target}", second)
    if attempts is not None and first is not None:
        refused = seconds.counted(name, f"rejected to {arrow.target}", second)
        return ArrowSecond(first, max(0.0, attempts - first), refused)
    came = _arrived(timeline, found, arrow, second)
    if came is None:
        return None
    retries = _retries_among(timeline, found, arrow, second, came)
    refused = seconds.counted(name, f"rejected to {ALL}", second)
    return None if retries is None else ArrowSecond(came - retries, retries, refused)


def _arrived(timeline: Timeline, found: SystemMap, arrow: Arrow, second: int) -> float | None:
    """Requests that the callee received, without those the load sent it directly; None where others call it, too."""
    came = timeline.seconds.counted(arrow.target, "requests", second)
    others = [one for one in found.arrows if one.target == arrow.target and one.over is None and one != arrow]
    for other in others:
        sent = _of_load(timeline, arrow.target, second) if other.source == timeline.roles.load else None
        came = None if came is None or sent is None else max(0.0, came - sent.first_rps)
    return came


def _retries_among(
    timeline: Timeline, found: SystemMap, arrow: Arrow, second: int, came: float
) -> float | None:
    """Of what arrived, how many were retries of the server that passed it on.

    A proxy counts its first attempts whomever they went to: the others are retries. Where it counts nothing (an older
    journal), none are with the policy ``none``; else those that are more than the requests that it received itself,
    the same share to each that it calls. That is a lower bound: what it refused, or passed on to others, hides some.
    """
    seconds, name = timeline.seconds, arrow.source
    attempts = seconds.counted(name, f"attempts to {ALL}", second)
    first = seconds.counted(name, f"first attempts to {ALL}", second)
    if attempts is not None and first is not None:
        return min(came, max(0.0, attempts - first))
    if _policy(timeline, name, second) == NO_RETRIES:
        return 0.0
    asked = seconds.counted(name, "requests", second)
    mine = [_arrived(timeline, found, one, second) for one in found.arrows if one.source == name]
    known = [part for part in mine if part is not None]
    if asked is None or len(known) < len(mine):
        return None
    return came * (1 - min(1.0, asked / sum(known))) if sum(known) else 0.0


def _policy(timeline: Timeline, name: str, second: int) -> str:
    """The policy of a server as read back, else as the drill configures it; where neither says, it has none."""
    read = newest_until(timeline.settings.get(name, ()), second)
    if read is not None and "policy" in read.values:
        return str(read.values["policy"])
    configured = timeline.drill.configuration if timeline.drill else {}
    return str(configured.get(name, {}).get("policy", NO_RETRIES))
