"""What a mitigation is: made like a fault, but it helps. Pure: parameters and a place come to actions.

To add one: a file like the others here, a line in ``__init__.py``, a section in docs/reference/mitigations.md, a test.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from chaos.actions import Action, ChangeSettings
from chaos.faults.fault import BaseFault, StepKind
from chaos.target_resolver import TargetResolver

SettingValues = dict[str, str | float | int | bool | None]


class BaseMitigation(BaseFault, ABC):
    """Parameters with units in their names, as a fault has them.

    ``sets``: the live settings of its target that it changes; a target without them can't have it.
    ``for_devices``: its target is a device between the networks.
    """

    kind: ClassVar[StepKind] = "mitigation"
    sets: ClassVar[frozenset[str]] = frozenset()
    for_devices: ClassVar[bool] = False


class SettingsMitigation(BaseMitigation):
    """A mitigation that is some live settings of its target, which knows what they may be.

    ``own_client``: they are the lab's own client's, and do nothing where a library makes the target's calls.
    """

    own_client: ClassVar[bool] = False

    @abstractmethod
    def values(self) -> SettingValues:
        """The settings, in the service's own names."""

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """Swap the settings in, all at once."""
        address = place.address(self.target, "control")
        return (ChangeSettings(address=address, token_file=place.token_file, values=self.values()),)
