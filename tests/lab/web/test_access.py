"""Who may use the page: the token, the host, the origin. On a real socket, with no lab behind it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from lab.web.access import cookie_name
from lab.web.site import Serving, Site, serving
from tests.lab.web.conftest import Browser, Watched, browsing

pytestmark = pytest.mark.live

ROUTES = [
    ("GET", "/"),
    ("GET", "/live"),
    ("GET", "/runs"),
    ("GET", "/runs/x/report.html"),
    ("GET", "/static/0/plotly.js"),
    ("GET", "/nowhere"),
    ("POST", "/control/actions"),
    ("DELETE", "/control/actions"),
    ("DELETE", "/control/actions/x"),
    ("POST", "/control/abort"),
    ("POST", "/control/runs"),
    ("POST", "/control/notes"),
]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Serving]:
    """A server without a lab."""
    async with serving(tmp_path) as made:
        yield made


def test_the_table_above_has_every_route(tmp_path: Path) -> None:
    """A route that is added is tried without a token, too."""
    routes = Site(tmp_path).app.router.routes()
    known = {(one.method, one.resource.canonical) for one in routes if one.resource and one.method != "HEAD"}
    names = {"/{name}": "/x", "/{id}": "/x", "/static/{hash}/x": "/static/0/plotly.js"}
    for word, stands_for in names.items():
        known = {(method, path.replace(word, stands_for)) for method, path in known}
    assert known == set(ROUTES) - {("GET", "/nowhere")}


async def test_bytes_for_a_token_are_refused_as_any_other_is(server: Serving) -> None:
    """What is no text is no token either: 403, and no trace in the terminal of whoever watches."""
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookie_name(server.port)}="
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head.encode() + b"\xff\xfe\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 403 ")
    writer.close()


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_nothing_is_there_without_the_token(server: Serving, method: str, path: str) -> None:
    """403 for each route, with a wrong token and a wrong cookie as well; no body of ours but why."""
    async with browsing(server, entered=False) as browser:
        for query, cookie in (("", ""), ("?token=wrong", ""), ("", "wrong")):
            headers = {"Origin": browser.origin, "Cookie": f"{cookie_name(server.port)}={cookie}"}
            url = f"{browser.origin}{path}{query}"
            async with browser.session.request(method, url, headers=headers, json={}) as answer:
                assert answer.status == 403
                assert "token of this server" in await answer.text()


async def test_the_token_becomes_a_cookie_and_leaves_the_address(server: Serving) -> None:
    """HttpOnly, SameSite=Strict, of this port; a browser that comes from another page is led on by our own."""
    async with browsing(server, entered=False) as browser:
        for site in ("none", None):
            headers = {"Sec-Fetch-Site": site} if site else {}
            async with browser.session.get(server.url, allow_redirects=False, headers=headers) as answer:
                assert (answer.status, answer.headers["Location"]) == (303, "/")
                cookie = answer.headers["Set-Cookie"]
                assert cookie.startswith(f"{cookie_name(server.port)}={server.site.token};")
                assert "HttpOnly" in cookie
                assert "SameSite=Strict" in cookie
        headers = {"Sec-Fetch-Site": "cross-site"}
        async with browser.session.get(server.url, allow_redirects=False, headers=headers) as answer:
            assert answer.status == 200
            assert "/enter.js" in await answer.text()
            assert "Set-Cookie" in answer.headers
        async with browser.session.get(f"{browser.origin}/") as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost", "[::1]:{port}", ""]
)
async def test_a_name_of_others_that_leads_here_is_refused(server: Serving, host: str) -> None:
    """DNS rebinding: the browser sends its cookies to what it takes for another server."""
    async with browsing(server) as browser:
        headers = {"Host": host.format(port=server.port)}
        async with browser.session.get(f"{browser.origin}/", headers=headers) as answer:
            assert answer.status == 403
        async with browser.session.get(f"{browser.origin}/enter.js", headers=headers) as answer:
            assert answer.status == 403
        async with browser.session.get(
            f"{browser.origin}/", headers={"Host": f"localhost:{server.port}"}
        ) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "https://127.0.0.1:{port}", "http://127.0.0.1:1"]
)
async def test_a_page_of_another_origin_changes_nothing(server: Serving, origin: str) -> None:
    """Although the browser has the cookie; and what a form can send is no JSON."""
    async with browsing(server) as browser:
        headers = {"Origin": origin.format(port=server.port)}
        for method, path in ROUTES:
            if method != "GET":
                async with browser.session.request(
                    method, f"{browser.origin}{path}", json={}, headers=headers
                ) as answer:
                    assert answer.status == 403
                    assert "Origin" in await answer.text()


async def test_a_form_or_text_is_not_taken(server: Serving) -> None:
    """415 for every type that a page of others could send without asking."""
    async with browsing(server) as browser:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            headers = {"Origin": browser.origin, "Content-Type": kind}
            async with browser.session.post(
                f"{browser.origin}/control/abort", data=b"{}", headers=headers
            ) as answer:
                assert answer.status == 415


async def test_every_answer_is_hardened(server: Serving) -> None:
    """A policy that runs our own files alone, no sniffing, no referrer, no frame of others; refusals too."""
    async with browsing(server) as browser:
        for path in ("/", "/runs", "/live", "/nowhere", "/static/0/live.js"):
            async with browser.session.get(f"{browser.origin}{path}") as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'; script-src 'self';" in policy
                assert "frame-ancestors 'none'" in policy
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{server.port}/") as answer:
        assert answer.status == 403
        assert "Content-Security-Policy" in answer.headers


async def test_scripts_are_compressed_and_kept(server: Serving) -> None:
    """By a hash in their address: for ever; another hash, or a file that is none of ours, is not there."""
    async with browsing(server) as browser:
        asset = server.site._assets["plotly.js"]
        async with browser.session.get(f"{browser.origin}{asset.url}") as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "immutable" in answer.headers["Cache-Control"]
            assert await answer.text() == asset.text
            tag = answer.headers["ETag"]
        async with browser.session.get(
            f"{browser.origin}{asset.url}", headers={"If-None-Match": tag}
        ) as answer:
            assert answer.status == 304
        for path in (
            "/static/0000000000000000/plotly.js",
            "/static/x/secret.py",
            "/static/x/..%2f..%2fsite.py",
        ):
            async with browser.session.get(f"{browser.origin}{path}") as answer:
                assert answer.status == 404


async def test_a_refused_attempt_is_journaled_and_a_flood_of_them_is_not(watched: Watched) -> None:
    """By method, path and reason; a thousand more are no thousand lines."""
    async with browsing(watched.server) as browser:
        for _ in range(100):
            headers = {"Origin": "http://evil.example"}
            status, _ = await browser.ask("POST", "/control/actions", {}, **headers)
            assert status == 403

    def refusal(line: dict[str, object]) -> bool:
        return line["type"] == "note.written" and line["kind"] == "refused"

    await watched.journaled(refusal, "the refusal")
    lines = watched.folder.journal.read_text().count("refused on the live page: POST /control/actions: ")
    assert lines == 1


async def test_reports_of_runs_cannot_leave_their_folder(server: Serving, tmp_path: Path) -> None:
    """No path, no link out of the home; a report that is there is a page without an origin."""
    secret = tmp_path / "report.html"
    secret.write_text("secret")
    run = tmp_path / "runs" / "20260101T000000-x"
    run.mkdir(parents=True)
    (run / "report.html").write_text("<p>fine</p>")
    (tmp_path / "runs" / "latest").symlink_to(tmp_path)
    async with browsing(server) as browser:
        for name in ("..", "%2e%2e", "..%2f", "latest", "%2fetc", "20260101T000000-x%2f.."):
            assert await status_of(browser, f"/runs/{name}/report.html") == 404
        async with browser.session.get(f"{browser.origin}/runs/{run.name}/report.html") as answer:
            assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-scripts")
            assert await answer.text() == "<p>fine</p>"


async def status_of(browser: Browser, path: str) -> int:
    """The answer to a path as it stands."""
    async with browser.session.get(URL(f"{browser.origin}{path}", encoded=True)) as answer:
        return answer.status
