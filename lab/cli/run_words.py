"""What became of a run, in a few words, for the line that a campaign has for it."""

from lab.analysis.tournament import is_valid
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


def minutes(length_s: float) -> str:
    """A length of time as one plans with it."""
    return f"{length_s:.0f} s" if length_s < 90 else f"{length_s / 60:.0f} min"  # noqa: PLR2004  readable
