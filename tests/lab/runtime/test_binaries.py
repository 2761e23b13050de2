"""Where Toxiproxy comes from, and what is said when it comes from nowhere."""

from pathlib import Path

import pytest

from lab.runtime.base import SetupError
from lab.runtime.binaries.cache import Cache, cache_folder
from lab.runtime.binaries.find import (
    OVERRIDE,
    find_toxiproxy,
    first_of,
    installed_toxiproxy,
    toxiproxy_version,
)
from lab.runtime.binaries.gomodule import GoModule
from lab.runtime.binaries.path import OnPath
from lab.runtime.binaries.source import UnavailableError, Wanted, verified

WANTED = Wanted("toxiproxy", "2.12.0")


def program(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def says(path: Path, version: str) -> Path:
    return program(path, f"echo toxiproxy-server version {version}")


@pytest.mark.parametrize(
    ("version", "accepted"),
    [
        ("2.12.0", True),
        ("2.13.0", True),
        ("2.12.1", True),
        ("2.11.9", False),
        ("3.0.0", False),
        ("2.9.0", False),
    ],
)
def test_a_newer_one_of_the_same_major_version_will_do(
    tmp_path: Path, version: str, *, accepted: bool
) -> None:
    """Compared as numbers, not as text."""
    found = says(tmp_path / "t", version)
    if accepted:
        assert verified(found, WANTED) == found
    else:
        with pytest.raises(UnavailableError, match=version):
            verified(found, WANTED)


@pytest.mark.parametrize(
    ("body", "shown"), [("echo boom >&2; exit 3", "ended with 3: boom"), ("echo hello", "version 'hello'")]
)
def test_a_program_that_is_none_is_told_apart(tmp_path: Path, body: str, shown: str) -> None:
    """It fails, or is something else."""
    with pytest.raises(UnavailableError, match=shown):
        verified(program(tmp_path / "t", body), WANTED)


def test_a_file_that_does_not_start_is_an_error_in_words(tmp_path: Path) -> None:
    """Such as a program for another machine."""
    broken = tmp_path / "t"
    broken.write_bytes(b"\x7fELF nonsense")
    broken.chmod(0o755)
    with pytest.raises(UnavailableError, match="doesn't start"):
        verified(broken, WANTED)


def test_when_every_source_fails_each_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order in which they were asked, with a remedy."""
    monkeypatch.setenv("PATH", str(tmp_path))
    script = tmp_path / "engine.sh"
    cache = Cache(tmp_path / "cache")
    module = GoModule("p", "v", script, cache)
    with pytest.raises(SetupError) as caught:
        first_of((OnPath("toxiproxy-server"), cache, module), WANTED, lambda _: None)
    said = str(caught.value)
    assert (
        said.index("PATH: no toxiproxy-server")
        < said.index("the lab's cache: no ")
        < said.index("a build of")
    )
    assert OVERRIDE in said


def test_a_wrong_override_is_an_error_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who names a program wants that one."""
    monkeypatch.setenv(OVERRIDE, str(says(tmp_path / "t", "1.0.0")))
    with pytest.raises(SetupError, match=f"{OVERRIDE}: .*version 1.0.0"):
        find_toxiproxy(tmp_path)


def test_the_override_comes_first_then_path_then_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong one on PATH is passed over."""
    monkeypatch.delenv(OVERRIDE, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    cached = says(tmp_path / "bin" / f"toxiproxy-{toxiproxy_version()}", toxiproxy_version())
    on_path = says(tmp_path / "bin" / "toxiproxy-server", "2.0.0")
    assert installed_toxiproxy(tmp_path) == cached
    says(on_path, "2.99.0")
    assert installed_toxiproxy(tmp_path) == on_path
    monkeypatch.setenv(OVERRIDE, str(cached))
    assert installed_toxiproxy(tmp_path) == cached


def test_a_build_puts_the_program_into_the_cache(tmp_path: Path) -> None:
    """Statically, with its version, by the Go that the finder names; and only once."""
    go = program(
        tmp_path / "go",
        'printf "%s\\n" "$CGO_ENABLED $*" >>"$0.log"\n'
        'printf "#!/bin/sh\\necho toxiproxy-server version 2.12.0\\n" >"$GOBIN/server"\n'
        'chmod +x "$GOBIN/server"',
    )
    script = program(tmp_path / "engine.sh", f"echo chatter; echo {go}")
    source = GoModule("example.org/t/cmd/server", "example.org/t.Version", script, Cache(tmp_path / "c"))
    lines: list[str] = []
    for _ in range(2):
        assert source.get(WANTED, lines.append) == tmp_path / "c" / "bin" / "toxiproxy-2.12.0"
    logged = (tmp_path / "go.log").read_text().splitlines()
    expected = "-s -w -X example.org/t.Version=2.12.0 example.org/t/cmd/server@v2.12.0"
    assert logged == [f"0 install -trimpath -ldflags {expected}"]
    assert len(lines) == 2


def test_a_failed_build_shows_the_end_of_what_it_said(tmp_path: Path) -> None:
    """No traceback."""
    go = program(tmp_path / "go", "echo no such host >&2; exit 1")
    script = program(tmp_path / "engine.sh", f"echo {go}")
    source = GoModule("p", "v", script, Cache(tmp_path / "c"))
    with pytest.raises(UnavailableError, match="ended with 1: no such host"):
        source.get(WANTED, lambda _: None)


def test_the_cache_follows_the_users_wish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "retry-storm-lab"
