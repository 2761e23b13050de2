"""What the injector reports to whoever keeps the journal."""

from dataclasses import asdict, dataclass
from typing import Any

from chaos.ledger.ledger import Intent, LedgerState
from chaos.traits import NONE, Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step in an action's life; the fields are those of the journal's ``action.changed``.

    Attributes:
        action: the id to undo it by.
        state: refused: nothing of it is left active; stuck: something may be.
        verified: the read-back showed what the state says.
        readback: what the target said, a list when there were several actions.
        traits: what the analysis must know of it.
        took_ms: from the call to the read-back.
        lease_until_s: on the run's clock; not renewed by then, the watchdog undoes it.
        rebuilt_listener: the target has a new listener with an empty queue: where that is the device, what is
            measured after it is no aftermath.
        error: why it was refused or is stuck; with ``reverted``: what had to be done to get there.
    """

    action: str
    kind: str
    name: str
    fault: str
    target: str
    params: dict[str, Any]
    state: LedgerState
    by: str
    traits: Traits = NONE
    verified: bool | None = None
    readback: dict[str, Any] | None = None
    took_ms: float | None = None
    lease_until_s: float | None = None
    rebuilt_listener: bool = False
    error: str | None = None

    def facts(self) -> dict[str, Any]:
        """As plain JSON types."""
        return {**asdict(self), "traits": self.traits.model_dump(mode="json")}


def change(intent: Intent, state: LedgerState, by: str, **more: Any) -> Change:  # noqa: ANN401 - Change's own fields
    """What happened to ``intent``."""
    facts = intent.model_dump(include={"name", "kind", "fault", "target", "params"})
    return Change(action=intent.id, state=state, by=by, traits=intent.traits, **facts, **more)
