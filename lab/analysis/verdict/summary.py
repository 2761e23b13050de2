"""The verdict in three or four plain sentences, for someone who has never heard of a retry storm."""

from lab.analysis.verdict.verdict import Verdict

_WORDS = {
    "pass": "Pass: the system did what the drill expects.",
    "fail": "Fail: the system did not do what the drill expects",
    "inconclusive": "Inconclusive: the measurement is invalid",
    "unsupported": "Unsupported: this drill can't be run here",
}

HARDLY = 1.05
"""An amplification below this is not worth a word."""


def summarise(verdict: Verdict) -> list[str]:
    """Before, during, after, and what ended it; then the verdict. Says nothing that was not measured.

    A lab that people played with has no such story: what they did is listed elsewhere.
    """
    if verdict.interactive:
        return []
    said = [_before(verdict), _during(verdict), _after(verdict), _end(verdict), _again(verdict)]
    return [sentence for sentence in said if sentence] + [_verdict(verdict)]


def _before(verdict: Verdict) -> str:
    m = verdict.metrics
    if m.offered_rps is None or m.goodput_baseline_rps is None:
        return ""
    return f"Before: {m.goodput_baseline_rps:.0f} of {m.offered_rps:.0f} requests/s were answered in time."


def _during(verdict: Verdict) -> str:
    m = verdict.metrics
    if m.trigger_start_s is None or verdict.trigger is None:
        return ""
    lasted = "" if m.trigger_end_s is None else f"{m.trigger_end_s - m.trigger_start_s:.0f} s of "
    if m.amplification_peak is None:
        return f"Then came {lasted}{verdict.trigger}."
    if m.amplification_peak < HARDLY:
        return f"Then came {lasted}{verdict.trigger}; hardly anything was retried."
    return (
        f"Then came {lasted}{verdict.trigger}: each request became up to {m.amplification_peak:.1f} attempts."
    )


def _after(verdict: Verdict) -> str:
    m = verdict.metrics
    if m.stuck is None or m.goodput_after_trigger_rps is None or m.stuck_s is None:
        return ""
    if not m.stuck:
        back = f"after {m.stuck_s:.0f} s half was answered again"
        if _by_itself(verdict):
            whole = f", after {m.time_to_recover_s:.0f} s all of it"
            return f"Once that was over, service came back by itself: {back}{whole}."
        return f"Once that was over, service came back by itself: {back}."
    left = f"{m.goodput_after_trigger_rps:.0f} of {m.offered_rps or 0:.0f} requests/s"
    return (
        f"After that was over, still only {left} were answered, for {m.stuck_s:.0f} s: the storm fed itself."
    )


def _end(verdict: Verdict) -> str:
    m = verdict.metrics
    if _by_itself(verdict):
        return ""  # said already
    since = "that was over" if verdict.mitigation is None else f"{verdict.mitigation} was switched on"
    if m.time_to_recover_s is not None:
        return f"{m.time_to_recover_s:.0f} s after {since}, service was fully back."
    if m.back_from_s is not None:
        return f"{m.back_from_s:.0f} s after {since}, service was back, until the run ended."
    if m.censored_at_s is not None:
        return f"{m.censored_at_s:.0f} s after {since}, service was still not back."
    return ""


def _by_itself(verdict: Verdict) -> bool:
    """Whether service came back after the trigger, whole, and without a mitigation."""
    m = verdict.metrics
    back = m.time_to_recover_s is not None and m.stuck_s is not None
    return back and m.stuck is False and verdict.mitigation is None


def _again(verdict: Verdict) -> str:
    again, holds = verdict.metrics.retrigger, verdict.metrics.holds
    if again is None or holds is None:
        return ""
    if holds == "no":
        return "Then the same trigger came again, and service was not back in time: the fix does not hold."
    back = (
        f"Then the same trigger came again: {again.time_to_recover_s or 0:.0f} s later service was fully back"
    )
    if holds == "unsafe":
        return f"{back}, but the fix is unsafe: {'; '.join(again.looser)}."
    return f"{back}. The fix holds."


def _verdict(verdict: Verdict) -> str:
    first = _WORDS[verdict.verdict]
    if not verdict.reasons:
        return first
    more = f" (and {len(verdict.reasons) - 1} more)" if len(verdict.reasons) > 1 else ""
    return f"{first}: {verdict.reasons[0]}{more}."
