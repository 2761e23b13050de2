"""Automations of a role, on real ports. Tests services.kit.automation, .automation_port, services.client.growth."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from chaos.automations import AUTOMATIONS
from chaos.errors import RefusedError
from services.fleet import Fleet, Settings
from services.kit.server import Service
from tests.services.test_fleet import Held

Eventually = Callable[[Callable[[], object]], Awaitable[None]]
Url = Callable[[Service], str]


class Here:
    """Where the fleet is, as a runtime would say."""

    def __init__(self, address: str, token_file: Path) -> None:
        self._address, self.token_file, self.run = address, token_file, "r1"

    def address(self, service: str, port: str) -> str:
        return self._address


@pytest.fixture
async def fleet(
    serve: Callable[..., Awaitable[str]],
    open_service: Callable[..., Awaitable[Service]],
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Held, Service]:
    """A fleet of two clients, and the server that holds them."""
    held = Held()
    monkeypatch.setenv("BRIDGE", await serve(held.respond))
    monkeypatch.setenv("UPSTREAM", "http://updates")
    return held, await open_service(Fleet, Settings(clients=2, spread_s=0.0, timeout_s=25))


def states(service: Service) -> list[str]:
    return [report["state"] for report in service.role.automations()["grow"].since(0)]


@pytest.mark.slow
async def test_it_goes_on_by_itself_reports_and_is_taken_back(
    fleet: tuple[Held, Service], control_url: Url, tmp_path: Path, eventually: Eventually
) -> None:
    """Begun, read back, done in three steps; undone: the clients that it opened are gone, twice as well as once."""
    held, service = fleet
    here = Here(control_url(service).removeprefix("http://"), tmp_path / "token")
    made = AUTOMATIONS["grow"](name="scale-up", clients=5, step=2, every_s=0.02, deadline_s=5)  # type: ignore[call-arg]
    (action,) = made.actions(here)  # type: ignore[arg-type]
    inverse = await action.inverse()
    await action.apply()
    await action.apply()
    await eventually(lambda: states(service) == ["started", "step", "step", "step", "ended"])
    await eventually(lambda: len(held.now) == 7)
    assert action.shows(await action.read())
    for _ in range(2):
        await inverse.apply()
        assert inverse.shows(await inverse.read())
    assert not action.shows(await action.read())
    async with aiohttp.ClientSession() as http, http.get(control_url(service) + "/counters") as answer:
        told = await answer.json()
    assert [(one["state"], one["step"], one["steps"]) for one in told["automation"]][-1] == ("ended", 3, 3)


@pytest.mark.slow
async def test_one_that_is_not_done_by_its_deadline_has_failed(
    fleet: tuple[Held, Service], eventually: Eventually
) -> None:
    """And says at which step; another can only begin when it was stopped."""
    grow = fleet[1].role.automations()["grow"]
    grow.start("slow", {"clients": 10, "step": 1, "every_s": 60}, 0.05)
    await eventually(lambda: grow.state["state"] == "failed")
    assert grow.since(0)[-1]["detail"] == "its deadline of 0.05 s passed at step 1 of 10"
    with pytest.raises(ValueError, match="'slow' is failed; stop it first"):
        grow.start("other", {"clients": 1, "step": 1, "every_s": 0}, 5)
    await grow.stop()
    assert grow.state["state"] == "idle"


async def test_stopped_in_the_middle_it_ends_there(
    fleet: tuple[Held, Service], eventually: Eventually
) -> None:
    """What was opened is closed; no step comes after."""
    held, service = fleet
    grow = service.role.automations()["grow"]
    grow.start("half", {"clients": 10, "step": 5, "every_s": 60}, 90)
    await eventually(lambda: len(held.now) == 7)
    await grow.stop()
    assert states(service) == ["started", "step", "ended"]
    assert grow.since(0)[-1]["detail"] == "stopped"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"do": "start", "automation": "shrink"}, "unknown automation 'shrink'; valid: grow"),
        ({"do": "pause", "automation": "grow"}, "do='pause'; valid: start, stop"),
        (
            {"do": "start", "automation": "grow", "name": "x", "deadline_s": 1, "values": {"clients": 0}},
            "values are clients; valid: clients, step, every_s",
        ),
        (
            {"do": "start", "automation": "grow", "name": "x"},
            "not a call to an automation: KeyError('values')",
        ),
        ([1], "not a call to an automation"),
    ],
)
async def test_a_wrong_call_is_refused_and_says_what_is_valid(
    fleet: tuple[Held, Service], control_url: Url, http: aiohttp.ClientSession, body: object, said: str
) -> None:
    """400, and nothing has begun; without the token 403."""
    url = control_url(fleet[1]) + "/automation"
    async with http.post(url, json=body, headers={"X-Lab-Token": "secret"}) as answer:
        assert answer.status == 400
        assert said in (await answer.json())["error"]
    async with http.post(url, json=body) as answer:
        assert answer.status == 403
    assert states(fleet[1]) == []


async def test_a_role_without_it_is_refused_by_name(
    open_service: Callable[..., Awaitable[Service]], control_url: Url, tmp_path: Path
) -> None:
    """Read back before anything is begun."""
    from services.updates import Settings as UpdatesSettings  # noqa: PLC0415
    from services.updates import Updates  # noqa: PLC0415

    service = await open_service(Updates, UpdatesSettings())
    here = Here(control_url(service).removeprefix("http://"), tmp_path / "token")
    made = AUTOMATIONS["grow"](clients=5, deadline_s=5)  # type: ignore[call-arg]
    (action,) = made.actions(here)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="has no automation grow; it has none"):
        await action.read()
