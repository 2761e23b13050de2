"""How often a request at the top is asked for at the bottom, when every layer between them retries.

    chain = a * (1 - c / r) / e

with the requests that the last services of the chain (a: auth), the proxy behind the device (r: router) and the load's
target (e) received in a window, and the attempts (c) of the canary, which enters the chain in the middle: router sends
its calls on like everyone's. Layers multiply: with n
attempts at each of k layers it is n^k (SRE book, ch. 22: "addressing cascading failures"). A plane that scrapes over
the bridge is counted among router's requests; no drill has both.
"""

from lab.analysis.timeline.rows import FEWEST_REQUESTS
from lab.analysis.timeline.timeline import Timeline


def chain_amplification(timeline: Timeline, span: range) -> float | None:
    """Requests at the bottom a request at the top; None where any count is missing, under 20, or with two tops."""
    roles = timeline.roles
    targets = timeline.drill.load.targets if timeline.drill else ("",)
    if len(targets) > 1:
        return None
    target = targets[0]
    top = _counted(timeline, target, "requests", span)
    bottoms = [_counted(timeline, end, "requests", span) for end in roles.ends_of(target)]
    known = [count for count in bottoms if count is not None]
    bottom = sum(known) if known and len(known) == len(bottoms) else None
    crossed = _counted(timeline, roles.behind_device, "requests", span)
    canary = _counted(timeline, roles.canary, "attempts", span)
    if top is None or bottom is None or not crossed or canary is None or top < FEWEST_REQUESTS:
        return None
    return bottom * (1 - min(1.0, canary / crossed)) / top


def _counted(timeline: Timeline, service: str, what: str, span: range) -> float | None:
    counts = [timeline.seconds.counted(service, what, second) for second in span]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None
