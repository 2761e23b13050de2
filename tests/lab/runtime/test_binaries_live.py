"""The real Prometheus and Alertmanager, however this machine came by them: they start and serve."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chaos.http import call
from chaos.wait import wait_until
from lab.runtime.binaries import find_alertmanager, find_amtool, find_prometheus, find_promtool
from lab.runtime.binaries.programs import PROMETHEUS, PROMTOOL

pytestmark = pytest.mark.live

CONFIGS = {
    "prometheus": "global: {scrape_interval: 1s}\n",
    "alertmanager": "route: {receiver: no-one}\nreceivers: [{name: no-one}]\n",
}


@contextmanager
def running(program: Path, *arguments: str, folder: Path) -> Iterator[str]:
    """The program, on a free loopback port, its data in a folder; stopped at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with (folder / "log").open("wb") as log:
        command = [str(program), f"--web.listen-address={address}", *arguments]
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            yield address
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.parametrize(
    ("find", "name", "flags"),
    [
        (find_prometheus, "prometheus", ("--storage.tsdb.path=data",)),
        (find_alertmanager, "alertmanager", ("--storage.path=data", "--cluster.listen-address=")),
    ],
)
async def test_it_starts_with_a_configuration(
    tmp_path: Path, find: Callable[[], Path], name: str, flags: tuple[str, ...]
) -> None:
    """More than its version: one without the files that it reads at start (templates) wouldn't get ready."""
    config = tmp_path / "config.yaml"
    config.write_text(CONFIGS[name])
    with running(find(), f"--config.file={config}", *flags, folder=tmp_path) as address:

        async def ready() -> bool:
            return (await call("GET", address, "/-/ready", 5)).status == 200

        await wait_until(ready, 60, f"{name} to be ready")


@pytest.mark.parametrize(
    ("find", "name", "words"),
    [
        (find_promtool, "prometheus", ("check", "config")),
        (find_amtool, "alertmanager", ("check-config",)),
    ],
)
def test_its_checker_tells_a_good_configuration_from_a_bad_one(
    tmp_path: Path, find: Callable[[], Path], name: str, words: tuple[str, ...]
) -> None:
    """The one of the same version."""
    config = tmp_path / "config.yaml"
    for text, code in ((CONFIGS[name], 0), ("nonsense: true\n", 1)):
        config.write_text(text)
        done = subprocess.run([find(), *words, config], capture_output=True, check=False, timeout=60)
        assert done.returncode == code, done.stderr


@pytest.mark.skipif(not shutil.which("apt-get"), reason="no Debian: the source says so, as tested elsewhere")
def test_the_real_package_starts_without_being_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its checker, from an empty cache; nothing else of the package is left."""
    for one in (PROMETHEUS, PROMTOOL):
        monkeypatch.delenv(one.override, raising=False)
    server, checker = find_prometheus(tmp_path), find_promtool(tmp_path)
    for name, path in (("prometheus", server), ("promtool", checker)):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True, timeout=60)
        assert said.stdout.startswith(f"{name}, version ")
    assert not [path for path in tmp_path.glob("bin/*") if path.is_dir()]
