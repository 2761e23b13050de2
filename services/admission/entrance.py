"""A front door that an operator closes: for some clients, for the lowest priorities, or for a while.

    refused  <=>  the client is disabled                                 "disabled"
              or  priority < 100 * (1 - share(t))                        "drain" while one is under way, else "shed"

    share(t) = min(admit_share, drain(t));   drain(t) = 0 for the first `stop_s` seconds after it was set,
                                                        then (t - stop_s) / ramp_s, until it is 1 and over

So the share that is admitted is the one with the highest priorities, the same requests at every moment of a ramp.
Shedding by criticality is that of Google's SRE book, ch. 21 ("Criticality"); stopping and slowly starting is how the
queues of 7 December 2021 were let run empty. Pure: time is an argument.
"""

from collections.abc import Set as AbstractSet

from services.admission.admission import RANKS

_ROUNDING = 1e-9  # 100 * (1 - 0.4) is 60.000000000000004 in binary fractions


class Entrance:
    """Open wide until it is changed."""

    def __init__(self) -> None:
        self._admit_share = 1.0
        self._disabled: AbstractSet[str] = frozenset()
        self._drain = (0.0, 0.0)
        self._drain_from_s = 0.0

    def set(
        self, *, admit_share: float, disabled: AbstractSet[str], drain_s: tuple[float, float], now_s: float
    ) -> None:
        """Go on like this.

        Args:
            admit_share: The share of requests to admit, 0 to 1.
            disabled: Clients that are refused whole.
            drain_s: For how long to admit no one, and over how long to admit ever more, in seconds; a drain begins
                when these change, and is over when they have passed or both are 0.
            now_s: When that is.
        """
        self._admit_share = admit_share
        self._disabled = disabled
        if drain_s != self._drain:
            self._drain, self._drain_from_s = drain_s, now_s

    def refuses(self, client: str, priority: int, now_s: float) -> str | None:
        """Why a request may not come in: disabled, drain or shed; None: it may."""
        if client in self._disabled:
            return "disabled"
        drained = self._drain_share(now_s)
        share = min(self._admit_share, drained)
        if priority >= RANKS * (1 - share) - _ROUNDING:
            return None
        return "drain" if drained < self._admit_share else "shed"

    def _drain_share(self, now_s: float) -> float:
        stop_s, ramp_s = self._drain
        into_s = now_s - self._drain_from_s - stop_s
        if into_s < 0:
            return 0.0
        return min(1.0, into_s / ramp_s) if ramp_s else 1.0
