"""What may be tried again: a stated table, the same for every policy.

    connection refused or reset, timeout           yes
    502, 503, 504                                  yes
    429                                            only with Retry-After
    other 5xx, other 4xx, anything else            no
    methods other than GET HEAD PUT DELETE OPTIONS never (they are not idempotent: RFC 9110, 9.2.2)

A Retry-After (on 429 or 503) is the least delay; one of more than a minute means giving up, and so does a delay
that ends after the deadline that a policy keeps.
"""

from services.policies.policy import Call, Outcome, OutcomeKind, Policy

IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
RETRYABLE_STATUS = frozenset({502, 503, 504})
TOO_MANY_REQUESTS = 429
LONGEST_RETRY_AFTER_S = 60.0

_RETRYABLE_KINDS = frozenset({OutcomeKind.REFUSED, OutcomeKind.RESET, OutcomeKind.TIMEOUT})


def retryable(method: str, outcome: Outcome) -> bool:
    """Whether another attempt may be made at all, whatever the policy says."""
    if method not in IDEMPOTENT:
        return False
    if outcome.status == TOO_MANY_REQUESTS:
        return outcome.retry_after_s is not None
    return outcome.kind in _RETRYABLE_KINDS or outcome.status in RETRYABLE_STATUS


def next_delay_s(policy: Policy, call: Call, outcome: Outcome, now_s: float) -> float | None:
    """Seconds to wait before the next attempt of `call`; None: the call has ended.

    A retry whose wait would use up the time that the policy leaves (`left_s`) isn't made: no one would see its end.
    """
    if outcome.kind is OutcomeKind.OK or not retryable(call.method, outcome):
        return None
    least_s = outcome.retry_after_s or 0.0
    if least_s > LONGEST_RETRY_AFTER_S:
        return None
    delay_s = policy.delay_s(call, now_s)
    if delay_s is None:
        return None
    delay_s = max(delay_s, least_s)
    left_s = policy.left_s(call, now_s)
    return None if left_s is not None and delay_s >= left_s else delay_s
