"""Immediate retries: at most `retries` more attempts, without a wait. What naive clients do.

    wait 0 s before each retry

Source: urllib3's default, `Retry(3)` with `backoff_factor` 0; it retries connections and reads, not statuses.
Defaults: retries 3.
"""

from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec
from services.policies.policy import Call


class Immediate(NoopPolicy):
    """Try again at once.

    Args:
        retries: Attempts after the first; a call makes at most 1 + retries.
    """

    def __init__(self, retries: int) -> None:
        self._retries = retries

    def delay_s(self, call: Call, now_s: float) -> float | None:  # noqa: ARG002  Policy's signature
        """0 s, or None when all retries are used."""
        return 0.0 if call.attempts <= self._retries else None


SPEC = PolicySpec(
    "immediate",
    "schedule",
    parameters={"retries": Parameter("count", default=3, least=0, most=100)},
    build=lambda given, _chance: Immediate(retries=int(given["retries"])),
)
