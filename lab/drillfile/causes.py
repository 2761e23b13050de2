"""What can be the matter in an exercise, as a closed list: responders declare one, a scenario states the true one.

The list is longer than the scenarios, so that having read it gives nothing away. A cause is a kind and a target,
written ``capacity of bridge``; ``nothing`` has no target.
"""

from collections.abc import Collection

from lab.drillfile.frozen import Frozen
from lab.drillfile.problems import DrillError
from lab.units import quote, suggest

NOTHING = "nothing"
_OF = " of "

KINDS: dict[str, str] = {
    "capacity": "it has less capacity than usual, for the usual work",
    "latency": "what crosses it takes longer, though it is not busy",
    "bandwidth": "it passes fewer bytes per second than usual",
    "cut": "connections over it are cut, refused or swallowed",
    "down": "its process has stopped or is paused",
    "errors": "it answers with errors by itself",
    "breaker": "its circuit breaker refuses calls that would succeed",
    "surge": "all customers together ask for more than usual",
    "noisy-client": "this one client asks for more than its share, and the others pay for it",
    "retry-storm": "its retries keep a storm alive whose trigger is gone",
    "retry-chain": "several layers retry the same request, and this one gets the product",
    "herd": "many of its clients come back at the same moment",
    "leak": "its memory or its connections are used up little by little",
    "setting": "one of its settings was changed",
    "monitoring": "it serves as before; what watches it is wrong",
    NOTHING: "nothing is wrong",
}
"""Kind -> what it says of its target."""


class Cause(Frozen):
    """What is the matter, and with whom; ``target`` is None for ``nothing`` alone."""

    kind: str
    target: str | None = None

    def __str__(self) -> str:
        return self.kind if self.target is None else f"{self.kind}{_OF}{self.target}"


def parse_cause(text: str, targets: Collection[str] | None) -> Cause:
    """Read ``capacity of bridge`` or ``nothing``.

    Args:
        text: as typed, or as it stands in a scenario.
        targets: the roles that may be named; None: any name will do.

    Raises:
        DrillError: unknown kind or target, with the nearest valid one, or a target is missing.
    """
    kind, of, target = " ".join(text.split()).partition(_OF)
    if kind not in KINDS:
        raise DrillError(f"unknown cause {quote(kind)}{suggest(kind, KINDS)}")
    if kind == NOTHING:
        if of:
            raise DrillError(f"{quote(NOTHING)} has no target; leave {quote(of.strip() + ' ' + target)} out")
        return Cause(kind=kind)
    if not target:
        raise DrillError(f"with whom is missing: write `{kind} of TARGET`, like `{kind} of bridge`")
    if targets is not None and target not in targets:
        raise DrillError(f"unknown target {quote(target)}{suggest(target, targets)}")
    return Cause(kind=kind, target=target)
