"""Two roles in one process, on real sockets. Tests services.together and services.kit.server."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.auth import Auth
from services.kit.env import BadEnvironmentError
from services.kit.server import Service, ServiceProcess
from services.storefront import Storefront
from services.together.__main__ import read_played, read_roles

TOKEN = {"X-Lab-Token": "secret"}
ROLES = ("shop=services.storefront:Storefront", "stock=services.auth:Auth")


@pytest.fixture
async def near(tmp_path: Path, unused_port: int) -> AsyncIterator[ServiceProcess]:
    """A process that plays `shop`, a client whose bridge is at once its upstream, and `stock`, which is that."""
    (tmp_path / "token").write_text("secret\n")
    environment = {
        "TOKEN_FILE": str(tmp_path / "token"),
        "DATA": "127.0.0.1:0",
        "CONTROL": "127.0.0.1:0",
        "STOCK__DATA": f"127.0.0.1:{unused_port}",
        "STOCK__WORKERS": "3",
        "SHOP__BRIDGE": f"http://127.0.0.1:{unused_port}",
        "SHOP__UPSTREAM": "http://stock",
        "POLICY": "none",
    }
    async with ServiceProcess(read_played(ROLES, environment)) as process:
        yield process


def at(service: Service, port: str = "control") -> str:
    """The URL of one of a role's ports."""
    host, number = service.data.address if port == "data" else service.control.addresses[0][:2]
    return f"http://{host}:{number}"


async def get(http: aiohttp.ClientSession, service: Service, path: str = "/counters") -> Any:  # noqa: ANN401  JSON
    """What a control port answers."""
    async with http.get(at(service) + path) as answer:
        return await answer.json() if "json" in answer.content_type else await answer.text()


@pytest.mark.slow
async def test_each_role_counts_for_itself(near: ServiceProcess, http: aiohttp.ClientSession) -> None:
    """One request to the shop is one call of its client and one request of the stock; the rest is the process's."""
    shop, stock = near.services
    async with http.get(at(shop, "data") + "/?user=ada") as answer:
        assert (answer.status, await answer.json()) == (200, {"user": "ada", "page": "welcome"})
    for path in ("/a", "/b"):
        async with http.get(at(stock, "data") + path):
            pass
    of_shop, of_stock = await get(http, shop), await get(http, stock)
    assert (of_shop["service"], of_stock["service"]) == ("shop", "stock")
    assert (of_shop["requests_total"], of_stock["requests_total"]) == (1, 3)
    assert (of_shop["client"]["attempts_total"], of_stock["client"]) == (1, None)
    assert ([cohort["good"] for cohort in of_shop["cohorts"]], of_stock["cohorts"]) == ([1], [])
    assert of_shop["boot"] == of_stock["boot"] == near.boot
    assert 'lab_requests_total{service="stock"} 3.0' in (await get(http, stock, "/metrics")).splitlines()
    assert 'lab_requests_total{service="stock"}' not in await get(http, shop, "/metrics")


async def test_each_role_has_its_own_settings(near: ServiceProcess, http: aiohttp.ClientSession) -> None:
    """Start values from its part of the environment; a change at its port is of it alone, as is a fault."""
    shop, stock = near.services
    assert (
        (await get(http, stock, "/settings"))["workers"],
        "workers" in await get(http, shop, "/settings"),
    ) == (
        3,
        False,
    )
    async with http.patch(at(stock) + "/settings", json={"fail_share": 1}, headers=TOKEN) as answer:
        assert answer.status == 200
    async with http.get(at(shop, "data") + "/?user=ada") as answer:
        assert (answer.status, (await answer.json())["outcome"]) == (503, "5xx")
    assert (await get(http, stock))["failed_total"] == {"503": 1}
    assert [(await get(http, role))["settings"]["fail_share"] for role in near.services] == [0.0, 1.0]


async def test_each_role_has_its_own_health(near: ServiceProcess, http: aiohttp.ClientSession) -> None:
    """Under its own name; where one's data port is closed, the other one is well."""
    shop, stock = near.services
    assert [(await get(http, role, "/health"))["service"] for role in near.services] == ["shop", "stock"]
    address = stock.data.address
    for site in list(stock.data._runner.sites):
        site._server.close()  # type: ignore[union-attr]
    stock.data.__class__ = type("Closed", (type(stock.data),), {"address": address})
    assert (await get(http, stock, "/health"))["status"] == "failing"
    assert (await get(http, shop, "/health"))["status"] == "ok"


async def test_trouble_of_the_process_is_every_roles(
    near: ServiceProcess, http: aiohttp.ClientSession
) -> None:
    """What no role can be blamed for is not hidden from who looks at one of them."""
    asyncio.get_running_loop().call_exception_handler(
        {"message": "accept", "exception": OSError(24, "EMFILE")}
    )
    assert [(await get(http, role))["errors_total"]["EMFILE"] for role in near.services] == [1, 1]


async def test_the_first_roles_control_port_is_the_last_to_open(
    tmp_path: Path, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for that one finds every port of the process open."""
    opened: list[str] = []
    begin, open_control = Service.begin, Service.open_control

    async def begin_noted(self: Service) -> None:
        await begin(self)
        opened.append(f"{self.role.place.service} data")

    async def open_noted(self: Service) -> None:
        await open_control(self)
        opened.append(f"{self.role.place.service} control")

    monkeypatch.setattr(Service, "begin", begin_noted)
    monkeypatch.setattr(Service, "open_control", open_noted)
    environment = {"DATA": "127.0.0.1:0", "CONTROL": "127.0.0.1:0"}
    async with ServiceProcess(read_played(["a=services.auth:Auth", "b=services.auth:Auth"], environment)):
        pass
    assert opened == ["a data", "b data", "b control", "a control"]


def test_roles_are_read_from_the_command_line() -> None:
    """The same kind may be played twice."""
    roles = read_roles([*ROLES, "more-stock=services.auth:Auth"])
    assert roles == {"shop": Storefront, "stock": Auth, "more-stock": Auth}
    played = read_played(
        ["a=services.auth:Auth", "b=services.auth:Auth"], {"B__QUEUE_LIMIT": "7", "A__WORKERS": "2"}
    )
    assert [(one.live.now.queue_limit, one.live.now.workers) for one in played] == [(1024, 2), (7, 64)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no role is named"),
        (["stock"], "'stock' is not name=module:Class"),
        (["Stock=services.auth:Auth"], "is not name=module:Class"),
        (["stock=services.auth"], "is not name=module:Class"),
        (["stock=services.atuh:Auth"], "there is no services.atuh:Auth"),
        (["stock=services.auth:Atuh"], "there is no services.auth:Atuh"),
        (["stock=services.auth:Settings"], "services.auth:Settings is not a role"),
        (["a-b=services.auth:Auth", "a_b=services.auth:Auth"], "a_b and a-b have one environment"),
        (["a=services.auth:Auth", "a=services.auth:Auth"], "a and a have one environment"),
    ],
)
def test_what_is_no_role_is_refused(arguments: list[str], said: str) -> None:
    """With what it should look like."""
    with pytest.raises(BadEnvironmentError) as caught:
        read_roles(arguments)
    assert said in str(caught.value)


@pytest.mark.live
@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"B__WORKERS": "none"}, "workers='none'"),
        ({"B__DATA": "here"}, "DATA='here' is not host:port"),
        ({"DATA": "127.0.0.1:{port}"}, "address already in use"),
    ],
)
def test_what_is_wrong_with_one_role_ends_the_process(
    unused_port: int, environment: dict[str, str], said: str
) -> None:
    """As with every service: a sentence, and exit code 3. Two roles that listen at one address are wrong as well."""
    given = {name: text.format(port=unused_port) for name, text in environment.items()}
    done = subprocess.run(
        [sys.executable, "-m", "services.together", "a=services.auth:Auth", "b=services.auth:Auth"],
        env={**os.environ, "DATA": "127.0.0.1:0", "CONTROL": "127.0.0.1:0", **given},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, said in done.stderr) == (3, True), done.stderr
