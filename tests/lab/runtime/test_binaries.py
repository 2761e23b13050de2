"""Where Toxiproxy and the monitors come from, and what is said when they come from nowhere."""

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lab.runtime.base import SetupError
from lab.runtime.binaries.cache import Cache, cache_folder
from lab.runtime.binaries.find import find_promtool, find_toxiproxy, first_of, installed
from lab.runtime.binaries.gomodule import GoModule
from lab.runtime.binaries.path import OnPath
from lab.runtime.binaries.programs import ALERTMANAGER, PROMETHEUS, PROMTOOL, TOXIPROXY, Program
from lab.runtime.binaries.source import UnavailableError, verified

WANTED = replace(TOXIPROXY.wanted(), version="2.12.0")
OVERRIDE = TOXIPROXY.override
SAYS = {
    TOXIPROXY: "toxiproxy-server version {}",
    PROMETHEUS: "prometheus, version {} (branch: HEAD, revision: 225c61122d88b01d1f0eaaee0e05b6f3e0567ac0)",
    PROMTOOL: "promtool, version {} (branch: HEAD, revision: 225c61122d88b01d1f0eaaee0e05b6f3e0567ac0)",
    ALERTMANAGER: "alertmanager, version {} (branch: debian/sid, revision: 0.25.0-1+b4)",
}


def program(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def says(path: Path, version: str, which: Program = TOXIPROXY) -> Path:
    """A program that answers to --version, and to nothing else."""
    return program(path, f'[ "$*" = --version ] && echo "{SAYS[which].format(version)}"')


@pytest.mark.parametrize(
    ("which", "oldest", "version", "accepted"),
    [
        (TOXIPROXY, "2.12.0", "2.12.0", True),
        (TOXIPROXY, "2.12.0", "2.13.0", True),
        (TOXIPROXY, "2.12.0", "2.12.1", True),
        (TOXIPROXY, "2.12.0", "2.11.9", False),
        (TOXIPROXY, "2.12.0", "3.0.0", False),
        (TOXIPROXY, "2.12.0", "2.9.0", False),
        (PROMETHEUS, "2.42.0", "2.41.0", False),
        (PROMETHEUS, "2.42.0", "2.42.0+ds", True),
        (PROMETHEUS, "2.42.0", "2.53.5", True),
        (PROMETHEUS, "2.42.0", "3.5.0", True),
        (PROMETHEUS, "2.42.0", "4.0.0", False),
        (PROMETHEUS, "2.42.0", "1.99.0", False),
        (ALERTMANAGER, "0.25.0", "0.24.0", False),
        (ALERTMANAGER, "0.25.0", "0.25.0", True),
        (ALERTMANAGER, "0.25.0", "0.28.1", True),
        (ALERTMANAGER, "0.25.0", "1.0.0", False),
    ],
)
def test_a_newer_one_will_do_up_to_a_major_version(
    tmp_path: Path, which: Program, oldest: str, version: str, *, accepted: bool
) -> None:
    """Compared as numbers, not as text; the refusal has name, version found and versions wanted."""
    found = says(tmp_path / "t", version, which)
    wanted = replace(which.wanted(), version=oldest)
    if accepted:
        assert verified(found, wanted) == found
    else:
        shown = f"{which.name} {version}; wanted: {oldest} or newer, below {which.below_major}"
        with pytest.raises(UnavailableError, match=re.escape(shown)):
            verified(found, wanted)


def test_what_is_pinned_is_the_oldest_that_will_do() -> None:
    """keep_firing_for came with 2.42; a higher pin would refuse what Debian 12 has."""
    assert PROMETHEUS.wanted().version == PROMTOOL.wanted().version == "2.42.0"
    assert ALERTMANAGER.wanted().version == "0.28.1"


@pytest.mark.parametrize(
    ("body", "shown"),
    [("echo boom >&2; exit 3", "ended with 3: boom"), ("echo hello", "no toxiproxy: .*'hello'")],
)
def test_a_program_that_is_none_is_told_apart(tmp_path: Path, body: str, shown: str) -> None:
    """It fails, or is something else."""
    with pytest.raises(UnavailableError, match=shown):
        verified(program(tmp_path / "t", body), WANTED)


def test_another_program_of_the_same_version_is_none(tmp_path: Path) -> None:
    """Promtool is no Prometheus."""
    with pytest.raises(UnavailableError, match=r"is no prometheus: .*promtool, version 2.42.0"):
        verified(says(tmp_path / "prometheus", "2.42.0", PROMTOOL), PROMETHEUS.wanted())


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


def test_a_monitor_too_old_is_refused_with_a_remedy_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name, version found, versions wanted, what to do; Toxiproxy's remedy would be none."""
    monkeypatch.delenv(PROMETHEUS.override, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin") + ":/usr/bin:/bin")
    says(tmp_path / "bin" / "prometheus", "2.41.0", PROMETHEUS)
    with pytest.raises(SetupError) as caught:
        installed(PROMETHEUS, tmp_path)
    said = str(caught.value)
    assert "prometheus 2.41.0; wanted: 2.42.0 or newer, below 4" in said
    assert "LAB_PROMETHEUS=/path/to/prometheus" in said
    assert "toxiproxy" not in said


def test_a_wrong_override_is_an_error_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who names a program wants that one."""
    monkeypatch.setenv(OVERRIDE, str(says(tmp_path / "t", "1.0.0")))
    with pytest.raises(SetupError, match=f"{OVERRIDE}: .*toxiproxy 1.0.0"):
        find_toxiproxy(tmp_path)


def test_the_override_comes_first_then_path_then_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong one on PATH is passed over."""
    monkeypatch.delenv(OVERRIDE, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    version = TOXIPROXY.wanted().version
    cached = says(tmp_path / "bin" / f"toxiproxy-{version}", version)
    on_path = says(tmp_path / "bin" / "toxiproxy-server", "2.0.0")
    assert installed(TOXIPROXY, tmp_path) == cached
    says(on_path, "2.99.0")
    assert installed(TOXIPROXY, tmp_path) == on_path
    monkeypatch.setenv(OVERRIDE, str(cached))
    assert installed(TOXIPROXY, tmp_path) == cached


def test_a_monitor_is_found_by_each_of_its_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's package calls it prometheus-alertmanager."""
    monkeypatch.delenv(ALERTMANAGER.override, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    debians = says(tmp_path / "bin" / "prometheus-alertmanager", "0.28.1", ALERTMANAGER)
    assert installed(ALERTMANAGER, tmp_path / "cache") == debians
    upstreams = says(tmp_path / "bin" / "alertmanager", "0.28.1", ALERTMANAGER)
    assert installed(ALERTMANAGER, tmp_path / "cache") == upstreams


def test_the_checker_beside_the_program_that_will_run_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where that program is a link to another folder; one of another version would judge otherwise."""
    monkeypatch.delenv(PROMTOOL.override, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    says(tmp_path / "bin" / "promtool", "2.42.0", PROMTOOL)
    server = says(tmp_path / "release" / "prometheus", "3.5.0", PROMETHEUS)
    beside = says(tmp_path / "release" / "promtool", "3.5.0", PROMTOOL)
    link = tmp_path / "prometheus"
    link.symlink_to(server)
    monkeypatch.setenv(PROMETHEUS.override, str(link))
    assert find_promtool(tmp_path / "cache") == beside
    beside.unlink()
    assert find_promtool(tmp_path / "cache") == tmp_path / "bin" / "promtool"


def test_a_build_puts_the_program_into_the_cache(tmp_path: Path) -> None:
    """Statically, with its version, by the Go that the finder names; and only once."""
    go = program(
        tmp_path / "go",
        '[ "$1" = env ] && exit 0\n'
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
    assert f"not on PATH, not in {tmp_path / 'c' / 'bin'}. Building it" in lines[0], "what was tried"
    assert "given up after 30 min" in lines[0], "and how long this may take"


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


@pytest.mark.slow
def test_a_cache_on_a_file_system_without_exec(tmp_path: Path) -> None:
    """A hardened machine: which mount option refuses it, and what to do, instead of "Permission denied"."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "noexec", "lab-test", str(tmp_path)], timeout=10, check=True
    )
    try:
        found = says(tmp_path / "toxiproxy", "2.12.0")
        with pytest.raises(
            UnavailableError, match=r"doesn't start: .* mounted with noexec. Set XDG_CACHE_HOME"
        ):
            verified(found, WANTED)
    finally:
        subprocess.run(["umount", str(tmp_path)], timeout=10, check=True)


def test_a_program_that_may_not_be_executed_is_said_as_it_is(tmp_path: Path) -> None:
    """Its own permissions are not the file system's."""
    found = says(tmp_path / "toxiproxy", "2.12.0")
    found.chmod(0o644)
    with pytest.raises(UnavailableError, match=r"doesn't start: .*Permission denied"):
        verified(found, WANTED)
