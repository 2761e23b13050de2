"""gRPC's retry throttling: failures cost a token, successes pay a fraction; no retry while half or fewer are left.

    tokens(0) = max-tokens;  failure: - 1;  success: + token-ratio;  a retry is allowed if tokens > max-tokens / 2

A failure is an outcome that may be retried; one that may not changes nothing. Tokens stay between 0 and max-tokens.
Hedges are throttled like retries. Source: gRFC A6 ("Throttling Retry Attempts and Hedged RPCs"): 10 and 0.1, its
example. With a failure share above 1 / 11 (9 %) tokens run out: the ratio is what decides, not the number.
Defaults: max-tokens 10, token-ratio 0.1.
"""

from services.policies.noop import NoopPolicy
from services.policies.parameters import Parameter, PolicySpec
from services.policies.policy import Call, Outcome, OutcomeKind, Rejection
from services.policies.retryable import retryable

_EXACTLY = 1e-9  # ten successes of 0.1 are one token, whatever binary fractions make of them


class GrpcThrottle(NoopPolicy):
    """Tokens that failures use up.

    Args:
        max_tokens: How many there are at most, and at first.
        token_ratio: What a success pays in.
    """

    def __init__(self, max_tokens: float, token_ratio: float) -> None:
        self._max_tokens = max_tokens
        self._token_ratio = token_ratio
        self._tokens = max_tokens

    def acquire(self, call: Call, now_s: float) -> Rejection | None:  # noqa: ARG002  Policy's signature
        """A retry is refused while half of the tokens or fewer are left."""
        if call.attempts > 0 and self._tokens <= self._max_tokens / 2 + _EXACTLY:
            return Rejection("grpc-throttle")
        return None

    def observe(self, call: Call, outcome: Outcome, now_s: float) -> None:  # noqa: ARG002  Policy's signature
        """A failure takes a token, a success pays in."""
        if outcome.kind is OutcomeKind.OK:
            self._tokens = min(self._max_tokens, self._tokens + self._token_ratio)
        elif retryable("GET", outcome):
            self._tokens = max(0.0, self._tokens - 1)


SPEC = PolicySpec(
    "grpc-throttle",
    "guard",
    parameters={
        "max-tokens": Parameter("count", default=10, least=1, most=1000, looser="more"),
        "token-ratio": Parameter("factor", default=0.1, least=0.001, most=1000, looser="more"),
    },
    build=lambda given, _chance: GrpcThrottle(given["max-tokens"], given["token-ratio"]),
)
