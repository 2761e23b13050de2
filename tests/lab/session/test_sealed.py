"""What a responder may read of an exercise. Tests lab.session.sealed."""

from collections.abc import Mapping
from typing import Any

from chaos.traits import Traits
from lab.journal.events import ActionChanged
from lab.session.sealed import Sealed


async def _desk(_: str, __: Mapping[str, Any], ___: bool) -> dict[str, Any]:  # noqa: FBT001
    return {}


def test_an_undone_mitigation_does_not_read_back_what_the_scenario_has_set() -> None:
    """More capacity over a throttle: read back as applied it is the responder's own; undone it is the throttle's."""
    sealed = Sealed("token", _desk, ("lab",), frozenset())
    applied, reverted = (
        ActionChanged(
            action="04-capacity", kind="mitigation", name="capacity", fault="capacity", target="bridge",
            params={"factor": 2.0}, state=state, by="interactive", traits=Traits(), readback={"cpu_share": share},
        )
        for state, share in (("applied", 0.5), ("reverted", 0.075))
    )  # fmt: skip
    shown = [sealed.event(one) for one in (applied, reverted)]
    assert [one.readback for one in shown if isinstance(one, ActionChanged)] == [{"cpu_share": 0.5}, None]
