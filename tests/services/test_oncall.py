"""On-call: webhooks, repeats, the dead-man's switch; pure, on real sockets, and with a real Alertmanager."""

import asyncio
import contextlib
import importlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.env import BadEnvironmentError
from services.kit.server import Service
from services.oncall import OnCall
from services.pager.dead_man import Patience, is_stale
from services.pager.page_store import Pages
from services.pager.pager import Pager
from services.pager.pager_settings import PagerSettings
from services.pager.webhook import Alert, BadWebhookError, read_webhook

Open = Callable[..., Awaitable[Service]]
Url = Callable[[Service], str]
Change = Callable[..., Awaitable[tuple[int, Any]]]
Eventually = Callable[[Callable[[], object]], Awaitable[None]]

PATIENCE = Patience(limit_s=15, first_s=60, fresh_s=3)
WATCHDOG = Alert("Watchdog", "firing", {"alertname": "Watchdog"})
START = "2021-12-07T15:30:00Z"


def alert(
    state: str = "firing", name: str = "GoodputLow", starts: str = START, **labels: str
) -> dict[str, Any]:
    """An alert as Alertmanager writes it."""
    ends = "2021-12-07T15:31:00Z" if state == "resolved" else "0001-01-01T00:00:00Z"
    return {
        "status": state, "labels": {"alertname": name, **labels}, "annotations": {}, "startsAt": starts,
        "endsAt": ends, "generatorURL": "http://prometheus", "fingerprint": "c0ffee",
    }  # fmt: skip


def webhook(*alerts: dict[str, Any]) -> bytes:
    """A webhook as Alertmanager writes it."""
    return json.dumps({"version": "4", "status": "firing", "receiver": "oncall", "alerts": alerts}).encode()


def told(pages: Pages) -> list[tuple[str, str, str, float]]:
    """What is kept, shortened."""
    return [(p["plane"], p["alert"], p["state"], p["received_s"]) for p in pages.since(float("-inf"))]


def test_a_repeat_is_no_page() -> None:
    """A group comes again whenever one of it changes; news is another state, labels, plane, or beginning."""
    pages = Pages()
    low, high = (read_webhook(webhook(alert(severity=s)))[0] for s in ("low", "high"))
    ended = read_webhook(webhook(alert("resolved", severity="low")))[0]
    again, once_more = (
        read_webhook(webhook(alert(severity="low", starts=f"2021-12-07T15:{minute}:00Z")))[0]
        for minute in (40, 50)
    )
    news = [
        pages.take(plane, said, 1.0) is not None
        for plane, said in (
            ("ops", low), ("ops", low), ("ops", high), ("shared", low), ("ops", low), ("ops", ended),
            ("ops", ended), ("ops", again), ("ops", again), ("ops", once_more),
        )
    ]  # fmt: skip
    assert news == [True, False, True, True, False, True, False, True, False, True]


def test_a_firing_alert_has_no_end_and_a_resolved_one_has() -> None:
    """Alertmanager writes the year 1 for an end that is not known."""
    firing, resolved = read_webhook(webhook(alert(), alert("resolved")))
    assert (firing.starts_utc, firing.ends_utc) == (START, None)
    assert resolved.ends_utc == "2021-12-07T15:31:00Z"


@pytest.mark.slow
def test_only_the_last_thousand_pages_are_kept() -> None:
    """However many alerts arrive, of whatever names; the oldest go first."""
    pages = Pages()
    for number in range(2500):
        assert pages.take("ops", Alert(f"A{number}", "firing", {"n": str(number)}), float(number)) is not None
    kept = pages.since(float("-inf"))
    assert [kept[0]["alert"], kept[-1]["alert"], len(kept), len(pages._last)] == [
        "A1500",
        "A2499",
        1000,
        1000,
    ]
    assert [page["alert"] for page in pages.since(2497.0)] == ["A2498", "A2499"]


def test_the_switch_goes_off_once_after_the_limit_and_back_with_the_next_heartbeat() -> None:
    """Silence of one plane is a page about that plane, at 15 s and not at 14.9 s."""
    pager = Pager(["shared", "ops"], started_s=100.0)
    for plane in ("shared", "ops"):
        assert pager.take(plane, [WATCHDOG], 103.0) == []
    pager.take("ops", [WATCHDOG], 110.0)
    assert pager.due_s(PATIENCE) == 118.0
    assert pager.check(117.9, PATIENCE) == []
    pager.check(118.0, PATIENCE)
    assert pager.check(119.0, PATIENCE) == []
    assert pager.due_s(PATIENCE) == 125.0
    pager.take("shared", [WATCHDOG], 140.0)
    assert told(pager.pages) == [
        ("shared", "DeadMansSwitch", "firing", 118.0),
        ("shared", "DeadMansSwitch", "resolved", 140.0),
    ]
    assert pager.heartbeats() == {"shared": 140.0, "ops": 110.0}


def test_a_heartbeat_that_comes_late_is_none() -> None:
    """A saturated bridge delivers it when its sender has long given it up. One without a time is taken as it is."""

    def beat(**annotations: str) -> Alert:
        (said,) = read_webhook(webhook({**alert(name="Watchdog"), "annotations": annotations}))
        return said

    assert not is_stale(beat(evaluated="1000.000"), 1003.0, PATIENCE)
    assert is_stale(beat(evaluated="1000.000"), 1003.1, PATIENCE)
    assert not is_stale(beat(summary="none"), 1e9, PATIENCE)
    page = {**alert(), "annotations": {"evaluated": "1000"}}
    assert not is_stale(read_webhook(webhook(page))[0], 1e9, PATIENCE)
    for wrong in ("soon", "nan", ""):
        with pytest.raises(BadWebhookError, match="`evaluated` is no time"):
            beat(evaluated=wrong)


def test_a_plane_that_comes_up_is_given_longer_but_not_for_ever() -> None:
    """No alarm while it is brought up; one that never spoke is silent as well."""
    pager = Pager(["ops"], started_s=0.0)
    assert pager.check(59.0, PATIENCE) == []
    assert [page.alert for page in pager.check(60.0, PATIENCE)] == ["DeadMansSwitch"]
    assert pager.due_s(PATIENCE) is None
    assert pager.heartbeats() == {"ops": None}


def test_a_watchdog_that_ended_is_no_heartbeat() -> None:
    """Alertmanager says `resolved` of it when its Prometheus has gone: that is the silence itself."""
    pager = Pager(["ops"], started_s=0.0)
    pager.take("ops", [WATCHDOG], 1.0)
    assert pager.take("ops", [Alert("Watchdog", "resolved", {"alertname": "Watchdog"})], 10.0) == []
    assert pager.heartbeats() == {"ops": 1.0}
    assert pager.due_s(PATIENCE) == 16.0


BAD = [
    (b"", "not JSON"),
    (b"\xff\xfe\x00", "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b"[]", "version"),
    (b"null", "version"),
    (b'{"version": 4, "alerts": []}', "version"),
    (b'{"version": "3", "alerts": []}', "version"),
    (b'{"version": "4"}', "alerts"),
    (b'{"version": "4", "alerts": {}}', "alerts"),
    (webhook(*[alert()] * 1001), "1000"),
    (b'{"version": "4", "alerts": [7]}', "alerts[0]"),
    (webhook(alert(), alert("burning")), "alerts[1]: `status`"),
    (webhook(alert() | {"status": []}), "`status`"),
    (webhook(alert() | {"labels": None}), "`labels`"),
    (webhook(alert() | {"labels": {"alertname": 7}}), "`labels`"),
    (webhook(alert() | {"labels": {"severity": "page"}}), "alertname"),
    (webhook(alert(long="x" * 5000)), "4096"),
    (webhook(alert() | {"startsAt": 7}), "startsAt"),
    (webhook(alert("resolved") | {"endsAt": "x" * 100}), "endsAt"),
]


@pytest.mark.parametrize(("body", "said"), BAD)
def test_what_is_no_webhook_is_named(body: bytes, said: str) -> None:
    """What is wrong, and with which alert."""
    with pytest.raises(BadWebhookError) as refused:
        read_webhook(body)
    assert said in str(refused.value)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
_ALERTS = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["firing", "resolved"]) | _ANY,
        "labels": _ANY,
        "startsAt": _ANY,
        "endsAt": _ANY,
    },
)


@given(
    st.binary()
    | st.lists(_ANY | _ALERTS).map(lambda said: json.dumps({"version": "4", "alerts": said}).encode())
)
def test_no_body_crashes_the_reader(body: bytes) -> None:
    """It is a list of alerts, or refused; nothing else."""
    with contextlib.suppress(BadWebhookError):
        assert all(isinstance(said, Alert) for said in read_webhook(body))


@pytest.fixture
async def oncall(open_service: Open, monkeypatch: pytest.MonkeyPatch) -> Service:
    """On-call of two planes; the switch goes off after a minute without a heartbeat."""
    monkeypatch.setenv("PLANES", "shared ops")
    return await open_service(OnCall, PagerSettings(dead_man_s=60))


@pytest.fixture
def page(oncall: Service, data_url: Url, http: aiohttp.ClientSession) -> Callable[..., Awaitable[int]]:
    """POST a body for a plane; gives the status."""

    async def post(body: bytes, path: str = "/page/ops", method: str = "POST") -> int:
        async with http.request(method, data_url(oncall) + path, data=body) as answer:
            await answer.read()
            return answer.status

    return post


Post = Callable[..., Awaitable[int]]


@pytest.mark.live
async def test_the_control_port_tells_the_pages_once(
    oncall: Service, page: Post, control_url: Url, http: aiohttp.ClientSession
) -> None:
    """By the time at which they arrived; heartbeats apart; what every role counts is there as well."""

    async def counters(after: float) -> dict[str, Any]:
        async with http.get(f"{control_url(oncall)}/counters?after={after}") as answer:
            read: dict[str, Any] = await answer.json()
            return read

    before_s = time.monotonic()
    body = webhook(alert(name="Watchdog"), alert(service="storefront"))
    assert [await page(body), await page(body)] == [200, 200]
    read = await counters(-1)
    (got,) = read["pages"]
    assert before_s < got.pop("received_s") < read["heartbeats"]["ops"] < read["now_s"]
    assert got == {
        "plane": "ops", "alert": "GoodputLow", "state": "firing", "starts_utc": START, "ends_utc": None,
        "labels": {"alertname": "GoodputLow", "service": "storefront"},
    }  # fmt: skip
    assert read["heartbeats"]["shared"] is None
    assert (read["requests_total"], read["served_total"]) == (2, 2)
    assert (await counters(read["now_s"]))["pages"] == []


@pytest.mark.live
async def test_the_alarm_is_raised_at_its_instant_and_not_when_someone_asks(
    oncall: Service, page: Post, change: Change, eventually: Eventually
) -> None:
    """No one looks for 1.5 s; the page says 0.3 s. A longer patience, set live, holds at once, and a shorter one."""
    assert (await change(oncall, {"dead_man_s": 0.3}))[0] == 200
    await page(webhook(alert(name="Watchdog")))
    beat_s = oncall.role.extras(0)["heartbeats"]["ops"]
    await eventually(lambda: time.monotonic() > beat_s + 1.5)
    asked_s = time.monotonic()
    (alarm,) = oncall.role.extras(0)["pages"]
    assert (alarm["plane"], alarm["alert"], alarm["state"]) == ("ops", "DeadMansSwitch", "firing")
    assert (alarm["starts_utc"], alarm["ends_utc"]) == (None, None)
    assert beat_s + 0.3 <= alarm["received_s"] < min(asked_s, beat_s + 1.3)
    assert (await change(oncall, {"dead_man_s": 60}))[0] == 200
    await page(webhook(alert(name="Watchdog")))
    assert [p["state"] for p in oncall.role.extras(0)["pages"]] == ["firing", "resolved"]
    beat_s = oncall.role.extras(0)["heartbeats"]["ops"]
    await eventually(lambda: time.monotonic() > beat_s + 0.6)
    assert len(oncall.role.extras(0)["pages"]) == 2
    await change(oncall, {"dead_man_s": 0.1})
    assert [p["state"] for p in oncall.role.extras(0)["pages"]] == ["firing", "resolved", "firing"]


@pytest.mark.live
async def test_a_late_heartbeat_keeps_no_one_quiet(oncall: Service, page: Post) -> None:
    """It is taken with a 200, as everything that arrives, and doesn't count; the next one does."""
    for age_s, counts in ((4.0, False), (1.0, True)):
        beat = {**alert(name="Watchdog"), "annotations": {"evaluated": f"{time.time() - age_s:.3f}"}}
        assert await page(webhook(beat)) == 200
        assert (oncall.role.extras(0)["heartbeats"]["ops"] is not None) is counts


@pytest.mark.slow
async def test_garbage_is_refused_and_nothing_of_it_counts(oncall: Service, page: Post) -> None:
    """400, 404, 405, 413; afterwards a webhook is taken as ever."""
    for body, _ in BAD:
        assert await page(body) == 400
    assert await page(webhook(alert(name="Watchdog"), alert(), alert("burning"))) == 400
    for path in ("/page/dev", "/page/", "/page", "/", "/page/ops/x", "/pages/ops"):
        assert await page(webhook(alert()), path) == 404
    assert await page(b"", method="GET") == 405
    assert await page(b" " * 2_000_000) == 413
    assert oncall.role.extras(0) == {"pages": [], "heartbeats": {"shared": None, "ops": None}}
    assert oncall.role.counters.failed.get("500") is None
    assert await page(webhook(alert())) == 200
    assert len(oncall.role.extras(0)["pages"]) == 1


@pytest.mark.parametrize("planes", [" ", "shared/ops", "shared,ops", "x" * 65])
async def test_wrong_planes_stop_it_from_starting(
    open_service: Open, monkeypatch: pytest.MonkeyPatch, planes: str
) -> None:
    """No one could ever page such a plane."""
    monkeypatch.setenv("PLANES", planes)
    with pytest.raises(BadEnvironmentError, match="PLANES"):
        await open_service(OnCall, PagerSettings())


CONFIGURATION = """\
route: {{receiver: oncall, group_by: [alertname], group_wait: 0s, group_interval: 500ms, repeat_interval: 500ms}}
receivers: [{{name: oncall, webhook_configs: [{{url: "{url}/page/ops", send_resolved: true}}]}}]
"""


@pytest.fixture
async def alertmanager(
    oncall: Service, data_url: Url, tmp_path: Path, unused_port: int
) -> AsyncIterator[str]:
    """A real Alertmanager that pages on-call every half second while an alert fires; its API."""
    program = importlib.import_module("lab.runtime.binaries").find_alertmanager()
    file, url = tmp_path / "alertmanager.yaml", f"http://127.0.0.1:{unused_port}"
    file.write_text(CONFIGURATION.format(url=data_url(oncall)))
    process = await asyncio.create_subprocess_exec(
        program, f"--config.file={file}", f"--storage.path={tmp_path / 'data'}", "--cluster.listen-address=",
        f"--web.listen-address={url[7:]}", "--log.level=warn",
    )  # fmt: skip
    try:
        yield url
    finally:
        process.kill()
        await process.wait()


@pytest.mark.live
async def test_a_real_alertmanager_pages_on_call(
    oncall: Service, alertmanager: str, http: aiohttp.ClientSession, change: Change, eventually: Eventually
) -> None:
    """Firing, repeated, resolved: two pages. Its Watchdog stops: it says resolved, and the switch goes off."""

    async def fire(name: str, lasts_s: float) -> bool:
        ends = (datetime.now(UTC) + timedelta(seconds=lasts_s)).isoformat()
        said = [
            {
                "labels": {"alertname": name, "severity": "page"},
                "startsAt": "2021-12-07T15:30:00Z",
                "endsAt": ends,
            }
        ]
        with contextlib.suppress(aiohttp.ClientError):
            async with http.post(f"{alertmanager}/api/v2/alerts", json=said) as answer:
                return answer.status == 200
        return False

    def pages(name: str) -> list[str]:
        return [page["state"] for page in oncall.role.extras(0)["pages"] if page["alert"] == name]

    deadline_s = time.monotonic() + 60
    while not await fire("Watchdog", 60):
        assert time.monotonic() < deadline_s, "Alertmanager does not come up"
    await fire("GoodputLow", 60)
    await eventually(lambda: pages("GoodputLow") == ["firing"])
    served = oncall.role.counters.served
    await eventually(lambda: oncall.role.counters.served >= served + 3)
    assert pages("GoodputLow") == ["firing"]
    assert pages("DeadMansSwitch") == []
    await fire("GoodputLow", 0)
    await eventually(lambda: pages("GoodputLow") == ["firing", "resolved"])
    resolved = oncall.role.extras(0)["pages"][-1]
    assert resolved["starts_utc"].startswith("2021-12-07T15:30:00")
    assert resolved["ends_utc"].startswith("20")
    assert resolved["labels"] == {"alertname": "GoodputLow", "severity": "page"}
    await fire("Watchdog", 0)
    await change(oncall, {"dead_man_s": 2})
    await eventually(lambda: pages("DeadMansSwitch") == ["firing"])
    last_s = oncall.role.extras(0)["heartbeats"]["ops"]
    alarm = oncall.role.extras(0)["pages"][-1]
    assert 2 <= alarm["received_s"] - last_s < 10
    assert await fire("Watchdog", 60)
    await eventually(lambda: pages("DeadMansSwitch") == ["firing", "resolved"])
    assert pages("Watchdog") == []
