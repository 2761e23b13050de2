"""A shorter queue: what waits longer than its client does is abandoned work."""

from typing import ClassVar

from pydantic import Field

from chaos.actions import Action, ListenQueue
from chaos.errors import UnsupportedError
from chaos.mitigations.mitigation import BaseMitigation
from chaos.target_resolver import Ability, Container, TargetResolver


class Queue(BaseMitigation):
    """Let at most ``connections`` connections wait in the listen queue of the device ``target``."""

    fault: ClassVar[str] = "queue"
    for_devices: ClassVar[bool] = True
    needs: ClassVar[frozenset[Ability]] = frozenset({Ability.LIVE_LISTEN_QUEUE})

    target: str = Field(default="bridge", min_length=1)
    connections: int = Field(ge=1, le=65_535)

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """The listener gets another length.

        Raises:
            UnsupportedError: it listens inside a container.
        """
        process = place.handle(self.target)
        if isinstance(process, Container):
            raise UnsupportedError(
                f"the queue of {self.target} can't be changed while it listens: a container's is its somaxconn, set "
                f"when it is made. Say `bridge: {{queue: ...}}` in the drill, or use --runtime embedded"
            )
        host, _, port = place.address(self.target, "data").rpartition(":")
        return (ListenQueue(process=process, host=host, port=int(port), queue=self.connections),)
