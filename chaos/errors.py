"""What can go wrong when the world is changed. Every message has what was asked and what was found."""

from chaos.lab_error import LabError


class ChaosError(LabError):
    """Base of all; never raised itself."""


class DeadlineError(ChaosError, TimeoutError):
    """No answer within the deadline. Whether the change was made is unknown: read back."""


class RefusedError(ChaosError):
    """The target answered, and did not do what was asked."""


class TargetGoneError(ChaosError):
    """No one is there any more: whatever was changed in it went with it."""


class UnsupportedError(ChaosError):
    """This machine or runtime can't do it. Raised before anything is changed."""


class UnknownActionError(ChaosError, KeyError):
    """Nothing that was applied has this id; the message has what is active."""

    def __str__(self) -> str:
        return str(self.args[0])  # not in quotes, as a KeyError has its key


class UnguardedError(ChaosError):
    """No live watchdog or no lease: nothing may be applied."""
