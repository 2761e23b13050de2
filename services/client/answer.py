"""What became of a call."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.policies import Outcome, OutcomeKind


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a call.

    Args:
        outcome: The end of its last attempt.
        body: The body of the last answer.
        rejected: Who refused a further attempt; with no attempt made, `outcome` is `other`.
        attempted: Whether any attempt was made.
        headers: Of the last answer.
        error: What the last attempt failed with, where there was no answer.
    """

    outcome: Outcome
    body: bytes = b""
    rejected: str | None = None
    attempted: bool = True
    headers: Mapping[str, str] | None = None
    error: Exception | None = None

    @property
    def failure(self) -> str | None:
        """The kind of the last attempt, or who refused the first one; None: the call was good."""
        if not self.attempted:
            return self.rejected
        return None if self.outcome.kind is OutcomeKind.OK else self.outcome.kind.value

    def then_rejected(self, by: str) -> "Answer":
        """The same, after which `by` refused a further attempt."""
        return replace(self, rejected=by)


NOTHING = Answer(Outcome(OutcomeKind.OTHER))
"""A call that was cancelled before it had an answer."""

UNTRIED = Answer(Outcome(OutcomeKind.OTHER), attempted=False)
"""A call of which no attempt was made yet."""
