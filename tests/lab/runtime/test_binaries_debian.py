"""The distribution's package as a source: with an apt-get and a dpkg-deb that only pretend."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.runtime.base import SetupError
from lab.runtime.binaries import __main__, find_prometheus, find_promtool
from lab.runtime.binaries.cache import Cache
from lab.runtime.binaries.debian import DebianPackage
from lab.runtime.binaries.programs import PROMETHEUS, PROMTOOL
from lab.runtime.binaries.source import UnavailableError

APT = """\
echo "$1" >>"$STATE/log"
case $1 in
    update) : >"$STATE/lists"; exit "${UPDATE_CODE:-0}" ;;
    download) for package; do :; done
        if [ ! -e "$STATE/lists" ]; then echo "E: Unable to locate package $package" >&2; exit 100; fi
        echo "${VERSION:-2.42.0}" >"${package}_1_all.deb" ;;
esac
"""
DPKG = """\
[ "$1" = -x ] || exit 2
if [ -n "${BROKEN:-}" ]; then echo "dpkg-deb: error: $2 is not a Debian format archive" >&2; exit 2; fi
mkdir -p "$3/usr/bin"
for name in prometheus promtool; do
    printf '#!/bin/sh\\necho "%s, version %s"\\n' $name "$(cat "$2")" >"$3/usr/bin/$name"
    chmod +x "$3/usr/bin/$name"
done
"""


def program(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What the pretended apt-get knows (package lists) and did (a log); no Prometheus on this machine."""
    tools, state = tmp_path / "tools", tmp_path / "state"
    tools.mkdir()
    state.mkdir()
    program(tools / "apt-get", APT)
    program(tools / "dpkg-deb", DPKG)
    for command in ("sh", "mkdir", "chmod", "cat"):
        (tools / command).symlink_to(str(shutil.which(command)))
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("STATE", str(state))
    for one in (PROMETHEUS, PROMTOOL):
        monkeypatch.delenv(one.override, raising=False)
    (state / "lists").touch()
    yield state
    assert not [path for path in (tmp_path / "cache").glob("bin/*") if path.is_dir()]


def done(state: Path) -> list[str]:
    """What apt-get was asked for, in order."""
    log = state / "log"
    return log.read_text().split() if log.exists() else []


def package(tmp_path: Path) -> DebianPackage:
    return DebianPackage("prometheus", ("prometheus", "promtool"), Cache(tmp_path / "cache"))


@pytest.mark.slow
def test_both_programs_are_unpacked_once_into_the_cache(state: Path, tmp_path: Path) -> None:
    """The checker comes with the server: nothing is fetched for it."""
    lines: list[str] = []
    server = find_prometheus(tmp_path / "cache", lines.append)
    assert server == tmp_path / "cache" / "bin" / "prometheus-2.42.0"
    assert find_prometheus(tmp_path / "cache", lines.append) == server
    checker = find_promtool(tmp_path / "cache", lines.append)
    assert checker == server.with_name("promtool-2.42.0")
    assert subprocess.run([checker, "--version"], capture_output=True, check=True).stdout.startswith(
        b"promtool"
    )
    assert done(state) == ["download"]
    assert len(lines) == 3


@pytest.mark.slow
def test_two_at_once_unpack_once(state: Path, tmp_path: Path) -> None:
    """The second waits for the first's lock, and finds everything done."""
    found: list[Path] = []

    def find() -> None:
        found.append(package(tmp_path).get(PROMETHEUS.wanted(), lambda _: None))

    threads = [threading.Thread(target=find) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [tmp_path / "cache" / "bin" / "prometheus-2.42.0"] * 4
    assert done(state) == ["download"]


@pytest.mark.slow
def test_a_broken_one_in_the_cache_is_replaced(state: Path, tmp_path: Path) -> None:
    """Such as one of a full disk."""
    place = tmp_path / "cache" / "bin" / "prometheus-2.42.0"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"")
    assert find_prometheus(tmp_path / "cache", lambda _: None) == place
    assert done(state) == ["download"]


@pytest.mark.parametrize("update_code", ["0", "100"])
@pytest.mark.slow
def test_root_fetches_missing_package_lists_once(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update_code: str
) -> None:
    """A source of someone else that fails the update doesn't matter, as long as the package is found then."""
    (state / "lists").unlink()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("UPDATE_CODE", update_code)
    assert package(tmp_path).get(PROMETHEUS.wanted(), lambda _: None).exists()
    assert done(state) == ["download", "update", "download"]


def test_another_user_is_told_to_fetch_them(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who isn't root can't."""
    (state / "lists").unlink()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(UnavailableError, match=r"Unable to locate package prometheus .*sudo apt-get update"):
        package(tmp_path).get(PROMETHEUS.wanted(), lambda _: None)
    assert done(state) == ["download"]


@pytest.mark.slow
def test_an_older_distribution_is_told_and_not_cached(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its upgrade the cache would hold the old one for ever."""
    monkeypatch.setenv("VERSION", "2.31.2")
    with pytest.raises(SetupError) as caught:
        find_prometheus(tmp_path / "cache", lambda _: None)
    assert "the distribution's package: " in str(caught.value)
    assert "prometheus 2.31.2; wanted: 2.42.0 or newer, below 4" in str(caught.value)
    assert not (tmp_path / "cache" / "bin" / "prometheus-2.42.0").exists()
    monkeypatch.setenv("VERSION", "2.53.3")
    assert find_prometheus(tmp_path / "cache", lambda _: None).exists()


def test_a_package_that_can_t_be_unpacked_shows_why(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last lines of dpkg-deb."""
    monkeypatch.setenv("BROKEN", "1")
    with pytest.raises(UnavailableError, match=r"`dpkg-deb -x` ended with 2: .*not a Debian format archive"):
        package(tmp_path).get(PROMETHEUS.wanted(), lambda _: None)


@pytest.mark.parametrize("tool", ["apt-get", "dpkg-deb"])
def test_another_distribution_is_told_that_it_is_none(state: Path, tmp_path: Path, tool: str) -> None:
    """Without trying anything."""
    (tmp_path / "tools" / tool).unlink()
    with pytest.raises(UnavailableError, match=f"no {tool} here"):
        package(tmp_path).get(PROMETHEUS.wanted(), lambda _: None)
    assert done(state) == []


def test_what_is_asked_for_is_got_and_each_lack_is_told(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without names Toxiproxy alone, in the line that scripts/setup.sh reads; one that lacks keeps no other away."""
    (state / "lists").unlink()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LAB_ALERTMANAGER", "/nowhere")
    toxiproxy = tmp_path / "toxiproxy"
    program(toxiproxy, "echo toxiproxy-server version 2.12.0")
    monkeypatch.setenv("LAB_TOXIPROXY", str(toxiproxy))
    assert __main__.main([]) == 0
    assert capsys.readouterr().out.startswith(f"toxiproxy: {toxiproxy} (")
    assert __main__.main(["prometheus", "toxiproxy"]) == 4
    said = capsys.readouterr()
    assert said.out.startswith(f"toxiproxy: {toxiproxy} (")
    assert "Unable to locate package" in said.err
    assert "Only drills that monitor" in said.err
    assert __main__.main(["promteus"]) == 3
    assert "no program promteus; there are toxiproxy, prometheus" in capsys.readouterr().err
