"""What is active on a lab now, as it was read back, and how it is undone."""

import shlex
from typing import Any

from lab.analysis.timeline.timeline import Timeline
from lab.report import headline_figures as figures
from lab.report.words import clean, effect

OF_THE_LAB = "setting"
"""The kind of what the lab itself sets, such as the device's capacity."""


def active(timeline: Timeline) -> list[dict[str, Any]]:
    """Each action that was applied and not undone, oldest first."""
    return [
        {
            "action": one.action,
            "kind": one.kind,
            "name": clean(one.name),
            "fault": one.fault,
            "target": one.target,
            "words": clean(effect(one.fault, one.params, one.target)),
            "verified": one.verified,
            "since": figures.clock(one.applied_s),
            "trouble": clean(one.error or "") if one.state == "rollback-failed" else "",
            "undo": f"lab fault clear {shlex.quote(one.action)}",
        }
        for one in timeline.actions.values()
        if one.applied_s is not None and one.reverted_s is None and one.kind != OF_THE_LAB
    ]
