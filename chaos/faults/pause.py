"""A service that hangs: its connections stay open, nothing moves."""

from collections.abc import Mapping
from typing import Any, ClassVar

from chaos.actions import Action, CpuGovernor, SendSignal
from chaos.faults.fault import BaseFault
from chaos.target_resolver import Ability, Process, TargetResolver
from chaos.traits import ExpectedEffect, Traits


class Pause(BaseFault):
    """Stop the process (SIGSTOP) or pause the container (freezer)."""

    fault: ClassVar[str] = "pause"
    example: ClassVar[Mapping[str, Any]] = {"target": "bridge"}
    of_process: ClassVar[bool] = True
    needs: ClassVar[frozenset[Ability]] = frozenset({Ability.PAUSE})

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """A governed process is stopped by its governor, which would continue it otherwise."""
        handle = place.handle(self.target)
        if isinstance(handle, Process) and handle.governor is not None:
            return (CpuGovernor(governor=handle.governor, share=0.0),)
        return (SendSignal(handle=handle, signal="stop"),)

    def traits(self) -> Traits:
        """The target answers nothing until it goes on."""
        return Traits(effect=ExpectedEffect(figure="silence"), silences=True, loses_requests=True)
