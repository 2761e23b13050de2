"""Who may ask what of a living lab over its socket: it depends on what runs there."""

from enum import StrEnum


class Permission(StrEnum):
    """What a caller may do. Looking on (status, events, logs, what is foreign) is always allowed."""

    ABORT = "abort"
    """End what runs; it rolls back."""
    CHANGE = "change"
    """Apply faults, mitigations and changes of the load, and undo them."""
    PROBE = "probe"
    """Read what costs the lab something, such as the sockets of a device."""
    END = "end"
    """Take the lab down."""


MEASURED = frozenset({Permission.ABORT})
"""While a drill is measured: nothing but its end, since all else would be part of what is measured."""
INTERACTIVE = frozenset(Permission)
"""While people play with the lab."""
