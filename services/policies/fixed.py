"""Fixed delay: at most `retries` more attempts, each `delay` seconds after the failure before it.

Clients that fail together come back together. No source: it is what a loop with a sleep does.
Defaults: delay 100 ms, retries 3.
"""

from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec
from services.policies.policy import Call


class Fixed(NoopPolicy):
    """Wait always as long.

    Args:
        delay_s: The wait, in seconds.
        retries: Attempts after the first.
    """

    def __init__(self, delay_s: float, retries: int) -> None:
        self._delay_s = delay_s
        self._retries = retries

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """The delay in seconds, or None when all retries are used."""
        return self._delay_s if call.attempts <= self._retries else None


SPEC = PolicySpec(
    "fixed",
    "schedule",
    parameters={
        "delay": Parameter("duration", default=0.1, least=0.001, most=60),
        "retries": Parameter("count", default=3, least=0, most=100),
    },
    build=lambda given, _chance: Fixed(given["delay"], int(given["retries"])),
)
