"""What is applied is undone, and a listener that was rebuilt has its queue again."""

from collections.abc import Collection
from typing import Any, cast

import pytest

from chaos.change import Change
from chaos.errors import RefusedError
from lab.session.changes import Changes, RollbackFailedError


class World:
    """Injector and runtime of a bridge whose listener is rebuilt by each undo. ``fails``: ids that can't be undone."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.fails: set[str] = set()
        self.refuses = False
        self.changes = Changes(cast("Any", self), cast("Any", self))

    def open(self) -> tuple[Any, ...]:
        return tuple(Open(name) for name in ("01-cap", "02-cut"))

    async def undo(self, action: str, by: str) -> bool:
        self.changes.noticed(
            Change(
                action=action, kind="fault", name="cut", fault="down", target="bridge", params={}, by=by,
                state="rollback-failed" if action in self.fails else "reverted",
                rebuilt_listener=action not in self.fails, error="port taken" if action in self.fails else None,
            )
        )  # fmt: skip
        self.said.append(f"undo {action}")
        return action not in self.fails

    async def undo_all(self, by: str, keep: Collection[str] = ()) -> tuple[str, ...]:
        return tuple(
            [one.id for one in self.open() if one.id not in keep and not await self.undo(one.id, by)]
        )

    async def restore_listen_queue(self, service: str) -> None:
        if self.refuses:
            raise RefusedError(f"{service} does not answer")
        self.said.append(f"queue of {service}")

    async def reapply(self, service: str) -> None:
        self.said.append(f"reapply on {service}")


class Open:
    """An intent, as far as it is looked at."""

    def __init__(self, name: str) -> None:
        self.id, self.kind = name, "setting" if "cap" in name else "fault"


async def test_a_rebuilt_listener_has_its_queue_again_after_an_undo_and_after_a_rollback() -> None:
    """Once, and before anything else happens; what is kept is not touched."""
    world = World()
    await world.changes.undo("02-cut", by="runner")
    assert world.said == ["undo 02-cut", "queue of bridge", "reapply on bridge"]
    world.said.clear()
    assert await world.changes.roll_back(keep={"01-cap"}) == ()
    assert world.said == ["undo 02-cut", "queue of bridge", "reapply on bridge"]


async def test_a_queue_that_can_not_be_restored_is_left() -> None:
    """The next run would be measured with another device."""
    world = World()
    world.refuses = True
    assert await world.changes.roll_back() == ("listen queue: bridge does not answer",)
    world.refuses = False
    assert await world.changes.roll_back(keep={"01-cap", "02-cut"}) == ()
    assert "queue of bridge" in world.said


async def test_what_can_not_be_undone_is_never_called_undone() -> None:
    """By its id and the reason; whoever clears all hears of it, too."""
    world = World()
    world.fails = {"02-cut"}
    with pytest.raises(RollbackFailedError, match="02-cut could not be undone: port taken"):
        await world.changes.undo("02-cut", by="interactive")
    with pytest.raises(RollbackFailedError, match="port taken"):
        await world.changes.clear(by="interactive")
    assert await world.changes.roll_back() == ("02-cut",)
    world.fails = set()
    assert await world.changes.clear(by="interactive") == ["02-cut"]
