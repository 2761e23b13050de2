"""A finding that says which part of the measurement was disturbed, and when: the first reason of the verdict."""

from collections.abc import Sequence

from lab.analysis.verdict.verdict import Finding


def disturbed(name: str, said: Sequence[str], *, measured: bool = True, limit: str = "none") -> list[Finding]:
    """One finding; ``said`` are whole sentences about what was disturbed (none: nothing was).

    ``measured``: whether anything was read at all by which it could have been seen.
    """
    return [
        Finding(
            name=name,
            limit=limit,
            measured=len(said) if measured or said else None,
            ok=not said if measured or said else None,
            detail="; ".join(said),
            disturbance="; ".join(said),
        )
    ]
