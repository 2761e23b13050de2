"""The live page over a real socket, with a lab of stubs behind it. Tests lab.web.site, feed, stream and orders."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chaos.wait import wait_until
from lab.journal.events import CalibrationMeasured, ServiceChanged
from lab.remote.client import LabClient
from lab.session import Stop, known_services, open_host
from lab.session.permission import MEASURED
from lab.web.live_run import LiveRun
from lab.web.message import encoded
from lab.web.site import serving
from tests.lab.report.conftest import make_drill, make_events
from tests.lab.session.stub_lab import StubLab
from tests.lab.web.conftest import DEADLINE_S, Browser, Watched, browsing
from tests.lab.web.heard import heard, until

pytestmark = pytest.mark.live


async def test_a_viewer_gets_what_was_and_what_comes(watched: Watched) -> None:
    """Hello with layouts, seconds with rows and words, the log, what the lab permits; then seconds as they pass."""
    async with browsing(watched.server) as browser, browser.session.get(f"{browser.origin}/live") as answer:
        assert answer.content_type == "text/event-stream"
        stream = heard(answer)
        first = await until(stream, lambda one: one.event == "state")
        hello, seconds, log, state = first
        assert [one.event for one in first] == ["hello", "seconds", "log", "state"]
        assert hello.data["run"] == "lab"
        assert set(hello.data["figures"]["light"]["wide"]) == set(hello.data["charts"])
        assert {"rows", "said", "system", "eyes"} == set(seconds.data)
        assert len(seconds.data["rows"]) == len(seconds.data["said"]) == len(seconds.data["system"])
        arrows = [(arrow["from"], arrow["to"]) for arrow in hello.data["map"]["arrows"]]
        assert ("load", "edge") in arrows
        assert all(len(one["arrows"]) == len(arrows) for one in seconds.data["system"])
        assert any("interactive run begins" in line["text"] for line in log.data["lines"])
        assert state.data["permissions"] == ["abort", "change", "end", "probe"]
        newest = max((row["second"] for row in seconds.data["rows"]), default=0)
        await until(
            stream, lambda one: one.event == "seconds" and one.data["rows"][-1]["second"] > newest + 1
        )
        assert all(one.at.startswith("lab:") for one in first)


async def test_a_control_reaches_the_lab_and_its_undo_too(watched: Watched) -> None:
    """Applied by the lab's own injector, shown as it was read back, with the command that does it; then undone."""
    async with browsing(watched.server) as browser, browser.session.get(f"{browser.origin}/live") as answer:
        stream = heard(answer)
        asked = {"kind": "fault", "what": "unavailable", "target": "storefront", "values": {"share": "40%"}}
        status, said = await browser.ask("POST", "/control/actions", asked)
        assert status == 200, said
        assert said["command"] == "lab fault add unavailable --target storefront share=40%"
        assert watched.lab.ports["storefront"].settings["fail_share"] == 0.4
        seen = await until(
            stream, lambda one: one.event == "marks" and any(a["verified"] for a in one.data["active"])
        )
        (active,) = seen[-1].data["active"]
        assert active["action"] == said["id"]
        assert active["words"] == "unavailable, share 40 % on storefront"
        assert active["undo"] == f"lab fault clear {said['id']}"
        assert (await browser.ask("DELETE", f"/control/actions/{said['id']}"))[0] == 200
        await until(stream, lambda one: one.event == "marks" and not one.data["active"])
        assert watched.lab.ports["storefront"].settings["fail_share"] == 0.0


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"kind": "fault", "what": "latencie", "target": "bridge"}, "did you mean `latency`"),
        ({"kind": "fault", "what": "latency", "target": "bridge", "values": {"latency": "-3ms"}}, "negative"),
        ({"kind": "fault", "what": "latency", "target": "nowhere", "values": {"latency": "3ms"}}, "nowhere"),
        ({"kind": "fault", "what": "capacity", "target": "bridge", "values": {"share": "300%"}}, "at most"),
        ({"kind": "setting", "what": "x", "target": "bridge"}, "is not a fault, load or mitigation"),
        ({"kind": "fault", "what": ["latency"]}, "is not a text"),
        ({"kind": "fault", "what": "latency", "values": {"latency": 3}}, "not a mapping of texts"),
        ({"kind": "fault", "what": "x" * 300}, "characters at most"),
        ([1, 2], "not a JSON object"),
        (None, "not a JSON object"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_garbage_is_explained_and_changes_nothing(watched: Watched, body: object, why: str) -> None:
    """400, with what was wrong; nothing is begun."""
    async with browsing(watched.server) as browser:
        status, said = await browser.ask("POST", "/control/actions", body)
    assert status == 400
    assert why in said["error"]
    assert [one.kind for one in watched.host.changes.active() if one.kind != "setting"] == []


async def test_bytes_that_are_no_json_and_too_many_are_refused(watched: Watched) -> None:
    """400 and 413; the server goes on."""
    async with browsing(watched.server) as browser:
        known, unknown = "application/json", "application/json; charset=nope"
        for data, kind, status in (
            (b"\xff\xfe{", known, 400),
            (b"[" * 10_000, known, 400),
            (b"1" * 5_000, known, 400),
            (b"{}", unknown, 400),
            (b"x" * 20_000, known, 413),
        ):
            headers = {"Origin": browser.origin, "Content-Type": kind}
            async with browser.session.post(
                f"{browser.origin}/control/notes", data=data, headers=headers
            ) as answer:
                assert answer.status == status
        assert (await browser.ask("POST", "/control/notes", {"text": "still here"}))[0] == 200
    await watched.journaled(
        lambda line: (
            line.get("text") == "still here" and line["by"] == "live page" and line["role"] == "person"
        ),
        "the note",
    )


async def test_a_reload_resumes_without_a_gap(watched: Watched) -> None:
    """Who comes back with the last id gets every second that was sent with it or after it, and none before."""
    async with browsing(watched.server) as browser:
        async with browser.session.get(f"{browser.origin}/live") as answer:
            seen = await until(
                heard(answer), lambda one: one.event == "seconds" and one.data["rows"][-1]["second"] > 3
            )
        known = {row["second"]: row for one in seen if one.event == "seconds" for row in one.data["rows"]}
        await wait_until(
            lambda: watched.host.now_s() > max(known) + 4, DEADLINE_S, "some seconds to pass unseen"
        )
        headers = {"Last-Event-ID": seen[-1].at}
        async with browser.session.get(f"{browser.origin}/live", headers=headers) as answer:
            missed = await until(heard(answer), lambda one: one.event == "log")
        rows = {row["second"]: row for one in missed if one.event == "seconds" for row in one.data["rows"]}
        both = known | rows
        assert sorted(both) == list(range(max(both) + 1))
        live = watched.server.site.feed.live
        assert live is not None
        for second in range(max(both) - 3):
            assert both[second] == json.loads(live._seconds[second].text[0])
        assert not missed[-1].data["lines"]


async def test_a_browser_that_stops_reading_is_dropped_and_resumes(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is cut, with what waited for it; others and the lab notice nothing. It returns for the rest."""
    monkeypatch.setattr("lab.web.viewers.MOST_WAITING", 3)
    viewers = watched.server.site.viewers
    async with browsing(watched.server) as browser, browsing(watched.server) as other:
        slow = await browser.session.get(f"{browser.origin}/live")
        seen = await until(heard(slow), lambda one: one.event == "seconds")
        monkeypatch.setattr("lab.web.viewers.MOST_WAITING", 1000)
        async with other.session.get(f"{other.origin}/live") as quick:
            stream = heard(quick)
            await until(stream, lambda one: one.event == "state")
            reading = asyncio.create_task(until(stream, lambda one: one.event == "over"))

            async def dropped() -> bool:
                viewers.send([b": " + b"x" * 100_000 + b"\n\n"])
                return len(viewers) == 1

            await wait_until(dropped, DEADLINE_S, "it to be dropped", every_s=0.01)
            viewers.send([encoded("over", {}, "")])
            await asyncio.wait_for(reading, DEADLINE_S)
        slow.close()
        headers = {"Last-Event-ID": seen[-1].at}
        async with browser.session.get(f"{browser.origin}/live", headers=headers) as answer:
            missed = await until(heard(answer), lambda one: one.event == "log")
    rows = [row["second"] for one in seen + missed if one.event == "seconds" for row in one.data["rows"]]
    assert sorted(set(rows)) == list(range(max(rows) + 1))
    assert not watched.host.journal.lost


async def test_fifty_viewers_get_the_same(watched: Watched) -> None:
    """All of them, second by second."""

    async def looks() -> list[int]:
        async with browser.session.get(f"{browser.origin}/live") as answer:
            stream = heard(answer)
            await until(stream, lambda one: one.event == "state")
            found: list[int] = []
            while len(found) < 3:
                one = (await until(stream, lambda one: one.event == "seconds"))[-1]
                found.append(one.data["rows"][-1]["second"])
            return found

    async with browsing(watched.server) as browser:
        browser.session.connector._limit = 0  # type: ignore[union-attr]
        all_seen = await asyncio.wait_for(asyncio.gather(*(looks() for _ in range(50))), DEADLINE_S)
    assert len(all_seen) == 50
    assert max(map(max, all_seen)) - min(map(max, all_seen)) <= 2


async def test_a_drill_is_run_from_the_page_and_only_abort_is_permitted_meanwhile(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders are refused with the lab's words; when it is over, the page has its report and may change things again."""
    drill = watched.lab.drill("short")
    monkeypatch.setattr("lab.web.orders.all_drills", lambda: [drill])
    async with browsing(watched.server) as browser, browser.session.get(f"{browser.origin}/live") as answer:
        stream = heard(answer)
        status, said = await browser.ask("POST", "/control/runs", {"drill": "../../etc/passwd"})
        assert status == 400
        assert "no drill of the lab" in said["error"]
        status, said = await browser.ask("POST", "/control/runs", {"drill": "short"})
        assert status == 200, said
        await until(stream, lambda one: one.event == "state" and one.data["permissions"] == ["abort"])
        asked = {"kind": "fault", "what": "unavailable", "target": "storefront"}
        status, refused = await browser.ask("POST", "/control/actions", asked)
        assert status == 409
        assert "a drill runs here" in refused["error"]
        over = await until(
            stream,
            lambda one: (
                one.event == "state"
                and "change" in one.data["permissions"]
                and one.data["drills"][0]["report"]
            ),
        )
        report = over[-1].data["drills"][0]["report"]
        async with browser.session.get(f"{browser.origin}{report}") as page:
            assert page.status == 200
            assert "sandbox" in page.headers["Content-Security-Policy"]
            assert "A second of refusals" in await page.text()


async def test_of_several_drills_asked_for_at_once_one_is_run(watched: Watched) -> None:
    """The others are refused: a lab measures one drill at a time, however many tabs ask."""
    asked = {"drill": watched.lab.drill("short").resolved()}
    calls = (LabClient(watched.folder).call("POST", "/runs", asked) for _ in range(5))
    said = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(one, dict) for one in said].count(True) == 1, said
    assert all("a drill runs here" in str(one) for one in said if not isinstance(one, dict))
    await watched.host._settled()


async def test_what_arrives_when_a_drill_is_measured_is_refused_whenever_it_was_begun(
    watched: Watched,
) -> None:
    """An order whose body comes late is judged when it is there."""
    body = json.dumps(
        {"kind": "fault", "name": "u", "fault": "unavailable", "target": "storefront", "params": {}}
    )
    begun = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield body[:9].encode()
        begun.set()
        await wait_until(lambda: watched.host.permissions == MEASURED, DEADLINE_S, "a drill to be measured")
        yield body[9:].encode()

    client = LabClient(watched.folder)
    async with client._session() as session:
        late = asyncio.create_task(session.post("http://lab/actions", data=slowly()))
        await begun.wait()
        await client.call("POST", "/runs", {"drill": watched.lab.drill("short").resolved()})
        answer = await late
        assert answer.status == 400
        assert "a drill runs here" in (await answer.json())["error"]
    await watched.host._settled()


async def test_the_end_of_the_lab_is_said_and_the_page_stays(watched: Watched) -> None:
    """Aborted from the page: every viewer hears why, and whoever comes later too."""
    async with browsing(watched.server) as browser, browser.session.get(f"{browser.origin}/live") as answer:
        stream = heard(answer)
        ends = asyncio.create_task(watched.host.until_down())
        status, said = await browser.ask("POST", "/control/abort", {"reason": "enough"})
        assert (status, said) == (200, {"first": True})
        assert (await asyncio.gather(ends, return_exceptions=True))[0] is not None
        await until(stream, lambda one: one.event == "log" and "enough" in json.dumps(one.data))


async def test_without_a_lab_the_page_waits_and_shows_the_one_that_comes(
    stubs: StubLab, tmp_path: Path
) -> None:
    """How to start one; and orders are refused by name."""
    async with serving(tmp_path) as server, browsing(server) as browser:
        async with browser.session.get(f"{browser.origin}/") as page:
            assert "No lab is up" in await page.text()
        status, said = await browser.ask("POST", "/control/abort", {"reason": ""})
        assert status == 409
        assert "no lab is up" in said["error"]
        async with browser.session.get(f"{browser.origin}/live") as answer:
            stream = heard(answer)
            folder = stubs.folder("late")
            async with open_host(stubs.request(stubs.drill("late")), folder, Stop()) as host:
                hello = (await until(stream, lambda one: one.event == "hello"))[-1]
                assert hello.data["run"] == "late"
                assert not hello.data["interactive"]
                state = (await until(stream, lambda one: one.event == "state"))[-1]
                assert state.data["permissions"] == ["abort"]
                assert host.ready
            closed = (await until(stream, lambda one: one.event == "closed"))[-1]
            assert closed.data["outcome"] == "completed"


async def test_there_are_no_controls_before_it_is_known_what_the_lab_has(tmp_path: Path) -> None:
    """A page that is opened while the lab comes up gets them when it is calibrated: by then every service is there."""
    opened, *_ = make_events(make_drill())
    known = opened.model_copy(update={"interactive": True, "topology": dict(known_services())})
    async with serving(tmp_path) as server, browsing(server) as browser:
        live = server.site.feed.live = LiveRun("r")
        for event in (known, *(ServiceChanged(service=name, state="healthy") for name in ("edge", "bridge"))):
            live.feed(event)
        live.take()
        assert 'data-what="' not in await text_of(browser)
        for event in (ServiceChanged(service="auth", state="healthy"), calibrated()):
            live.feed(event)
        assert 'data-what="queue-limit"' in await text_of(browser)


def calibrated() -> CalibrationMeasured:
    """A bridge of 150/s."""
    return CalibrationMeasured(
        target="bridge", windows_rps=(150.0,), capacity_rps=150.0, in_flight=64, headroom=3.0, asked_rps=150.0,
        cpu_share=0.1, cost_ms=1.0, listen_queue=50, listen_queue_asked=50, took_ms=1.0,
    )  # fmt: skip


async def text_of(browser: Browser) -> str:
    """The page as it is served."""
    async with browser.session.get(f"{browser.origin}/") as answer:
        assert answer.status == 200
        return await answer.text()


async def test_the_next_lab_is_shown_though_the_last_one_is_never_judged(
    stubs: StubLab, tmp_path: Path
) -> None:
    """One that was killed has no report; whoever watches does not wait for it."""
    async with (
        serving(tmp_path) as server,
        browsing(server) as browser,
        browser.session.get(f"{browser.origin}/live") as answer,
    ):
        stream = heard(answer)
        for name in ("one", "two"):
            async with open_host(stubs.request(stubs.drill(name)), stubs.folder(name), Stop()):
                hello = (await asyncio.wait_for(until(stream, lambda one: one.event == "hello"), DEADLINE_S))[
                    -1
                ]
                assert hello.data["run"] == name
            closed = (await until(stream, lambda one: one.event == "closed"))[-1]
            assert closed.data["report"] is None


async def test_an_error_of_the_page_ends_it_and_is_said(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that stands still and says "Live" would be worse."""

    def broken(_: LiveRun) -> list[bytes]:
        raise ValueError("no such figure")

    monkeypatch.setattr(LiveRun, "take", broken)
    following = watched.server.site.following
    await asyncio.wait({following}, timeout=DEADLINE_S)
    with pytest.raises(ValueError, match="no such figure"):
        following.result()
