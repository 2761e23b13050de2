"""Settings that protect a system, and which way each is looser: the only table of that.

A setting is protective wherever it occurs, whatever the service is called. To add one: a line here.
"""

from collections.abc import Callable, Mapping

from lab.drillfile.model import Setting

Loosened = Callable[[Setting, Setting], str | None]
"""What is looser about the second of two values, in words; None: nothing."""

LISTEN_QUEUE = "listen_queue"
"""A device's: how many connections may wait to be accepted, as the kernel has it."""


def _more(before: Setting, after: Setting) -> str | None:
    looser = isinstance(after, int | float) and isinstance(before, int | float) and after > before
    return f"{after:,} instead of {before:,}" if looser else None


def _off(before: Setting, after: Setting) -> str | None:
    return "switched off" if before and not after else None


def _policy(before: Setting, after: Setting) -> str | None:
    from services.policies.loosened import loosened as policy  # noqa: PLC0415 - the seam, as in registries

    return policy(str(before), str(after))


def _admission(before: Setting, after: Setting) -> str | None:
    from services.admission.loosened import loosened as admission  # noqa: PLC0415 - alike

    return admission(str(before), str(after))


PROTECTIVE: Mapping[str, Loosened] = {
    "queue_limit": _more,
    "admission": _admission,
    "admit_share": _more,
    "drop_expired": _off,
    "policy": _policy,
    LISTEN_QUEUE: _more,
}
"""Setting, in the services' own words -> what is looser about a value than about another."""


def loosened(setting: str, before: Setting, after: Setting) -> str | None:
    """What is looser about a setting's second value, in words; None: nothing, or it protects nothing."""
    compare = PROTECTIVE.get(setting)
    return None if compare is None else compare(before, after)
