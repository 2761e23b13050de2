"""Several policies as one: a schedule and the guards around it.

    acquire   breaker ─▶ budget ─▶ schedule; a layer that took something gets `release` if a later one refuses
    observe   all of them
    delay     the longest; give up as soon as one layer does
    pace      the longest
    hedge     the earliest
    left      the shortest

`parse` gives the order: guards in the registry's order, then the schedule.
"""

from collections.abc import Sequence

from services.policies.policy import Call, Outcome, Policy, Rejection


class Composition:
    """Policies asked in the order given.

    Args:
        layers: The policies, the first to be asked first.
    """

    def __init__(self, layers: Sequence[Policy]) -> None:
        self._layers = tuple(layers)

    def delay_s(self, call: Call, now_s: float) -> float | None:
        """The longest delay of all layers, in seconds; None as soon as one gives up."""
        longest = 0.0
        for layer in self._layers:
            delay = layer.delay_s(call, now_s)
            if delay is None:
                return None
            longest = max(longest, delay)
        return longest

    def pace_s(self, call: Call, now_s: float) -> float:
        """The longest time that a layer holds the attempt back, in seconds."""
        longest = 0.0
        for layer in self._layers:
            longest = max(longest, layer.pace_s(call, now_s))
        return longest

    def acquire(self, call: Call, now_s: float) -> Rejection | None:
        """Leave from every layer, or the first refusal and nothing taken."""
        for position, layer in enumerate(self._layers):
            rejection = layer.acquire(call, now_s)
            if rejection is not None:
                for taken in reversed(self._layers[:position]):
                    taken.release(call)
                return rejection
        return None

    def release(self, call: Call) -> None:
        """Give back what every layer took."""
        for layer in reversed(self._layers):
            layer.release(call)

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:
        """Tell every layer."""
        for layer in self._layers:
            layer.observe(call, outcome, now_s)

    def hedge_s(self, call: Call, now_s: float) -> float | None:
        """The earliest hedge of all layers, in seconds from now; None: none hedges."""
        earliest: float | None = None
        for layer in self._layers:
            after = layer.hedge_s(call, now_s)
            if after is not None and (earliest is None or after < earliest):
                earliest = after
        return earliest

    def left_s(self, call: Call, now_s: float) -> float | None:
        """The least time left that a layer knows of, in seconds; None: none keeps a deadline."""
        least: float | None = None
        for layer in self._layers:
            left = layer.left_s(call, now_s)
            if left is not None and (least is None or left < least):
                least = left
        return least

    def state(self) -> str | None:
        """The state of the first layer that has one."""
        return next((state for layer in self._layers if (state := layer.state()) is not None), None)
