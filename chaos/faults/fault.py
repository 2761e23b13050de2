"""What a fault is: parameters, and which actions they come to. Pure: nothing here touches the world.

    {"target": "bridge", "latency_ms": 3000}  --Latency-->  actions(place)  -->  (AddToxic(...),)

To add one: a file like the others here, a line in ``__init__.py``, a section in docs/reference/faults.md, a test.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from chaos.actions import Action, AddToxic, BaseAction
from chaos.target_resolver import Ability, TargetResolver
from chaos.toxic import Attributes, Stream, Toxic
from chaos.traits import NONE, Traits

StepKind = Literal["fault", "mitigation", "load", "automation"]
TOXIC_NAME = 96
"""Characters that a toxic's name has at most: long enough for a run's name, short enough for a log line."""


class Fault(Protocol):
    """What a session injects; mitigations and load actions alike.

    Attributes:
        kind: how the journal calls it.
        needs: abilities of the runtime without which the drill is unsupported.
        uses: services besides the target without which it can't be done.
        name: distinguishes two faults of a sort; the drill's step name, or empty.
        target: the service that is hurt.
    """

    kind: ClassVar[StepKind]
    needs: ClassVar[frozenset[Ability]]
    uses: ClassVar[frozenset[str]]
    fault: ClassVar[str]

    @property
    def name(self) -> str:
        """See above."""
        ...

    @property
    def target(self) -> str:
        """See above."""
        ...

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """What to do, in this order.

        Raises:
            KeyError: no such service; the message has the valid ones.
            UnsupportedError: it can't be done here.
        """
        ...

    def traits(self) -> Traits:
        """What the analysis must know of it; the journal keeps it with the action."""
        ...


class BaseFault(BaseModel, ABC):
    """Parameters with units in their names; a drill's key is the field's name without the unit.

    ``of_process``: it is done to a process, and so to every role that the process plays.
    ``example``: parameters of one that can be tried on the living lab; the contract tests do.
    ``undone_by``: the actions that its end takes, where one of them rebuilds the target's listener.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    kind: ClassVar[StepKind] = "fault"
    needs: ClassVar[frozenset[Ability]] = frozenset()
    uses: ClassVar[frozenset[str]] = frozenset()
    of_process: ClassVar[bool] = False
    fault: ClassVar[str]
    example: ClassVar[Mapping[str, Any]] = {}
    undone_by: ClassVar[tuple[type[BaseAction], ...]] = ()

    name: str = ""
    target: str = Field(min_length=1)

    @abstractmethod
    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """What to do, in this order."""

    def traits(self) -> Traits:
        """What the analysis must know of it: nothing, where a class does not say more."""
        return NONE

    @classmethod
    def ends_with_new_listener(cls) -> bool:
        """Whether its end rebuilds the target's listener, so that nothing is left in its queue."""
        return any(action.rebuilds_listener for action in cls.undone_by)


class ToxicFault(BaseFault):
    """A fault that is one toxic.

    Attributes:
        stream: downstream is what the upstream answers, upstream what the client sends.
        toxicity: the share of connections that get it, 0..1, drawn once per connection.
        listener: the proxy's name where it is not the service's.
    """

    stream: Stream = "downstream"
    toxicity: float = Field(default=1.0, gt=0, le=1)
    listener: str = ""
    type: ClassVar[str]

    @abstractmethod
    def attributes(self) -> Attributes:
        """The toxic's attributes in Toxiproxy's words and units."""

    def actions(self, place: TargetResolver) -> tuple[Action, ...]:
        """Add the toxic, under the run's name."""
        toxic = Toxic(
            name=toxic_name(place.run, self.name or self.fault),
            type=self.type,
            stream=self.stream,
            toxicity=self.toxicity,
            attributes=self.attributes(),
        )
        api = place.address(self.target, "api")
        return (AddToxic(api=api, proxy=self.listener or self.target, toxic=toxic),)


def is_toxic_of(run: str, name: str) -> bool:
    """Whether a toxic of this name is this run's."""
    return name == toxic_name(run, name.rpartition(".")[2])


def toxic_name(run: str, fault: str) -> str:
    """``<run>.<fault>`` of at most 96 characters that need no quoting in a URL; the run's end is kept."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", fault)[: TOXIC_NAME // 2]
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', run)[-(TOXIC_NAME - len(plain) - 1) :]}.{plain}"
