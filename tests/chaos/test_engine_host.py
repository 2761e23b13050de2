"""Where the engine is, decided once for everything that asks for it."""

import hashlib
import json
from pathlib import Path

import pytest

from chaos.engine_host import DEFAULT, engine_host, with_engine_host
from chaos.process.spawn import own_module
from lab.runtime.compose.engine import connect
from lab.runtime.compose.plugin import environment

SOCKET = "unix:///home/me/.colima/docker.sock"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has a context of the name `colima`, and uses the default one."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    meta = tmp_path / ".docker" / "contexts" / "meta" / hashlib.sha256(b"colima").hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": "colima", "Endpoints": {"docker": {"Host": SOCKET}}}))
    return tmp_path


def use(home: Path, context: object) -> None:
    """As `docker context use` writes it."""
    (home / ".docker" / "config.json").write_text(json.dumps({"auths": {}, "currentContext": context}))


def test_without_a_context_it_is_the_usual_socket(home: Path) -> None:
    """Nothing configured; the default context; nothing usable."""
    assert engine_host() == DEFAULT
    for context in ("default", "", 7, "gone"):
        use(home, context)
        assert engine_host() == DEFAULT
    (home / ".docker" / "config.json").write_text("{")
    assert engine_host() == DEFAULT


def test_the_current_context_is_followed_as_docker_does(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DOCKER_HOST outranks DOCKER_CONTEXT, and that the one in the file; DOCKER_CONFIG says where the file is."""
    use(home, "colima")
    assert engine_host() == SOCKET
    monkeypatch.setenv("DOCKER_CONTEXT", "default")
    assert engine_host() == DEFAULT
    use(home, "default")
    monkeypatch.setenv("DOCKER_CONTEXT", "colima")
    assert engine_host() == SOCKET
    monkeypatch.setenv("DOCKER_CONFIG", str(home / "elsewhere"))
    assert engine_host() == DEFAULT
    monkeypatch.setenv("DOCKER_CONFIG", str(home / ".docker"))
    monkeypatch.setenv("DOCKER_HOST", "unix:///mine.sock")
    assert engine_host() == "unix:///mine.sock"


def test_sdk_plugin_and_watchdog_ask_the_same_engine(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Images were built in one engine by `docker`, and looked for in another by the SDK."""
    use(home, "colima")
    assert environment({})["DOCKER_HOST"] == SOCKET
    assert "DOCKER_CONTEXT" not in environment({})
    assert with_engine_host()["DOCKER_HOST"] == SOCKET
    assert own_module("chaos.watchdog", log=tmp_path / "log").env["DOCKER_HOST"] == SOCKET
    with pytest.raises(Exception, match="No such file or directory"):
        connect(1)
    asked_at: list[str] = []
    monkeypatch.setattr(
        "docker.from_env", lambda **asked: asked_at.append(asked["environment"]["DOCKER_HOST"])
    )
    connect(1)
    assert asked_at == [SOCKET]
