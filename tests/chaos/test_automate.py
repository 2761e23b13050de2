"""A role's automation as an action: begun once at a time, and stopped to undo it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from chaos.actions import Automate
from chaos.automations import AUTOMATIONS
from chaos.errors import RefusedError
from tests.checkout import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.conftest import Stub


def grow(stub: Stub, token_file: Path, name: str) -> Automate:
    return Automate(
        address=stub.address,
        token_file=token_file,
        automation="grow",
        name=name,
        values={"clients": 9},
        within_s=9,
    )


def is_at(stub: Stub, state: str) -> None:
    """What the role's control port answers."""
    now = {"state": state, "name": "scale-up", "step": 3, "steps": 10}
    stub.answers["GET /automation"] = web.Response(status=200, text=json.dumps({"grow": now}))


@pytest.mark.parametrize("state", ["running", "ended", "failed"])
async def test_one_that_is_not_stopped_is_not_begun_again(stub: Stub, token_file: Path, state: str) -> None:
    """Under the same name as well: undoing the second one would stop the first."""
    is_at(stub, state)
    with pytest.raises(RefusedError, match=f"is {state} already, as 'scale-up'; undo that first"):
        await grow(stub, token_file, "scale-up").inverse()


async def test_it_is_undone_by_stopping_it(stub: Stub, token_file: Path) -> None:
    """Whatever it is at by then."""
    is_at(stub, "idle")
    begun = grow(stub, token_file, "scale-up")
    stopped = await begun.inverse()
    assert not stopped.running
    is_at(stub, "running")
    assert begun.shows(await begun.read())
    assert not stopped.shows(await stopped.read())


def test_two_of_the_same_role_hold_the_same(stub: Stub, token_file: Path) -> None:
    """So that of two in the ledger the later is undone first."""
    assert grow(stub, token_file, "a").resource_keys() & grow(stub, token_file, "b").resource_keys()


@pytest.mark.parametrize("name", sorted(AUTOMATIONS))
def test_the_page_has_every_automation_with_its_parameters(name: str) -> None:
    """By its heading; and its example is valid."""
    text = (ROOT / "docs" / "reference" / "automations.md").read_text()
    section = text.partition(f"### `{name}`\n")[2].partition("\n#")[0]
    fields = AUTOMATIONS[name].model_fields.keys() - {"name", "target"}
    assert {field for field in fields if f"`{field}`" not in section} == set()
    assert AUTOMATIONS[name](**AUTOMATIONS[name].example).values()
