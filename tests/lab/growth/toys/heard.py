"""A toy checker: every server of the topology that is part of each run said how it was."""

from lab.analysis.timeline.timeline import Timeline
from lab.analysis.verdict.verdict import Finding


def check_heard(timeline: Timeline) -> list[Finding]:
    """One finding that counts those that did not."""
    servers = {name for name in timeline.roles.of_kind("server") if timeline.roles[name].when is None}
    silent = sorted(servers - set(timeline.services))
    return [
        Finding(
            name="servers heard",
            limit=f"all {len(servers)}",
            measured=len(servers) - len(silent),
            ok=not silent,
            detail=", ".join(silent),
        )
    ]
