"""The load's control port: the contract, and whom it refuses."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loadgen.load import LoadProcess
from loadgen.load_control import LoadControl, open_control
from loadgen.load_settings import Settings

Ask = Callable[..., tuple[int, Any]]
HEADERS = {"HTTP_HOST": "127.0.0.1:9000", "HTTP_X_LAB_TOKEN": "secret"}


@pytest.fixture
def load() -> LoadProcess:
    """A load that isn't running."""
    return LoadProcess(Settings(running=False))


@pytest.fixture
def ask(load: LoadProcess, tmp_path: Path) -> Ask:
    """One request to its control port; the token is `secret`."""
    (tmp_path / "token").write_text("secret\n")
    control = LoadControl(load, "load", tmp_path / "token")

    def request(method: str, path: str, body: bytes = b"", **headers: str | None) -> tuple[int, Any]:
        status: list[str] = []
        given = {key: value for key, value in {**HEADERS, **headers}.items() if value is not None}
        answer = control(
            {
                "REQUEST_METHOD": method,
                "PATH_INFO": path.partition("?")[0],
                "QUERY_STRING": path.partition("?")[2],
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": io.BytesIO(body),
                **given,
            },
            lambda line, _headers: status.append(line),
        )
        return int(status[0].split()[0]), json.loads(b"".join(answer))

    return request


def test_it_is_healthy_when_it_could_be_told_to_run(ask: Ask, load: LoadProcess) -> None:
    """503 before Locust has started a user, 200 then."""
    code, told = ask("GET", "/health")
    assert (code, told["why"]) == (503, "no user has been started yet")
    load.begin(lambda _arrival: None)
    code, told = ask("GET", "/health")
    assert (code, told["status"], told["service"], len(told["boot"])) == (200, "ok", "load", 32)


def test_counters_are_those_of_the_contract(ask: Ask) -> None:
    """`load` in place of the request counters; no client."""
    code, told = ask("GET", "/counters?after=3")
    assert code == 200
    assert set(told["load"]) == {
        "intended_total", "sent_total", "requests_total", "ok_total", "failed_total", "lag_p99_ms", "in_flight",
        "rate_rps", "customers",
    }  # fmt: skip
    assert (told["client"], told["cohorts"], told["service"]) == (None, [], "load")
    assert ask("GET", "/counters?after=soon")[0] == 400


def test_settings_change_whole(ask: Ask, load: LoadProcess) -> None:
    """The answer is the new settings, active."""
    code, told = ask("PATCH", "/settings", b'{"rate_rps": 200, "surge": 3, "seed": 7}')
    assert (code, told["rate_rps"], told["running"]) == (200, 200.0, False)
    assert load.settings.asked_rps == 600
    assert ask("GET", "/settings")[1] == told


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"seed": 1, "seed": 2}', b"\xff", b"[" * 9000])
def test_a_body_that_is_no_object_of_settings(ask: Ask, body: bytes) -> None:
    """400 and an explanation."""
    code, told = ask("PATCH", "/settings", body)
    assert code == 400
    assert told["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_X_LAB_TOKEN": None},
        {"HTTP_X_LAB_TOKEN": ""},
        {"HTTP_X_LAB_TOKEN": "secret2"},
        {"HTTP_X_LAB_TOKEN": "sécret"},
        {"HTTP_ORIGIN": "http://evil.example"},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": None},
    ],
)
def test_strangers_change_nothing(ask: Ask, load: LoadProcess, headers: dict[str, str | None]) -> None:
    """403 without the right token, from a web page, or under a name that isn't ours."""
    code, _ = ask("PATCH", "/settings", b'{"rate_rps": 200}', **headers)
    assert code == 403
    assert load.settings.rate_rps == 100


def test_an_empty_token_is_matched_by_nothing(ask: Ask, tmp_path: Path) -> None:
    """With the default, an empty file, nothing can be changed."""
    (tmp_path / "token").write_text("\n")
    assert ask("PATCH", "/settings", b'{"rate_rps": 200}', HTTP_X_LAB_TOKEN="")[0] == 403
    (tmp_path / "token").unlink()
    assert ask("PATCH", "/settings", b'{"rate_rps": 200}', HTTP_X_LAB_TOKEN="")[0] == 403


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", "/", 404), ("POST", "/settings", 405), ("PATCH", "/health", 405), ("GET", "/settings/", 404)],
)
def test_other_calls_are_refused(ask: Ask, method: str, path: str, code: int) -> None:
    """And say what there is."""
    assert ask(method, path)[0] == code


def test_a_body_too_large_is_not_read(ask: Ask) -> None:
    """413 beyond 64 KiB."""
    assert ask("PATCH", "/settings", b" " * 70_000)[0] == 413


def test_without_an_address_there_is_no_control_port(
    load: LoadProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locust alone; a wrong address is named."""
    monkeypatch.delenv("CONTROL", raising=False)
    assert open_control(load) is None
    monkeypatch.setenv("CONTROL", "9000")
    with pytest.raises(ValueError, match="CONTROL='9000'"):
        open_control(load)
