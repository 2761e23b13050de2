"""What became of a run, in a few words, for the line that a campaign has for it."""

from collections.abc import Sequence

from lab.analysis.tournament import is_valid
from lab.analysis.verdict.measured import doubt_text
from lab.analysis.verdict.verdict import Finding
from lab.session import Result


def outcome(result: Result) -> str:
    """What became of a run, in a few words."""
    found = result.verdict.metrics
    if not is_valid(result.timeline, result.verdict):
        return f"{result.verdict.verdict} ({result.verdict.reasons[0]})"
    if found.stuck is None:
        return "valid, though whether it was stuck is undetermined"
    if found.time_to_recover_s is not None:
        return f"back after {found.time_to_recover_s:.0f} s"
    if found.back_from_s is not None:
        return f"back after {found.back_from_s:.0f} s, until the run ended"
    return "stayed stuck" if found.stuck else "not back when the run ended"


def again(doing: str, failed: Sequence[Finding], number: int, most: int) -> str:
    """Which check failed, with its figure and limit, and that the run is repeated."""
    first, *others = failed
    more = f", and {len(others)} more" if others else ""
    return f"{doing}: instrument check failed: {doubt_text(first)}{more}; it runs again, {number} of {most}"


def minutes(length_s: float) -> str:
    """A length of time as one plans with it."""
    return f"{length_s:.0f} s" if length_s < 90 else f"{length_s / 60:.0f} min"  # noqa: PLR2004  readable
