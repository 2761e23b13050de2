"""What a release says of images that it can't make, with a docker that only pretends. Tests scripts/release.py."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.checkout import ROOT

DOCKER = """\
#!/bin/sh
case "$*" in
    version*) [ -n "$ENGINE" ] || { echo 'no engine' >&2; exit 1; }; echo "$ENGINE" ;;
    'run '*) echo x86_64 ;;
    'save '*) shift 2; echo "$*" >"$1"; ;;
esac
"""


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, in a checkout whose images are always up to date."""
    spec = importlib.util.spec_from_file_location("release", ROOT / "scripts" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "compose").mkdir()
    (tmp_path / "compose" / ".env").write_text((ROOT / "compose" / ".env").read_text())
    (tmp_path / "compose" / "images.sh").write_text("exit ${IMAGES:-0}")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "docker").write_text(DOCKER)
    (tmp_path / "bin" / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


def test_an_architecture_that_the_engine_cannot_run_is_said(
    release: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own comes first; an image that was built but runs as another machine is none."""
    monkeypatch.setenv("ENGINE", "amd64")
    own, other = release.all_images(tmp_path)
    assert own == "images-amd64.tar: made"
    assert "images for arm64: not made" in other
    assert re.search(r"services:[\d.]+-arm64 runs as x86_64, not as aarch64", other)
    assert "would have to emulate it" in other
    saved = (tmp_path / "images-amd64.tar").read_text()
    assert "retry-storm-lab/services" in saved
    assert "prom/alertmanager" in saved
    assert not (tmp_path / "images-arm64.tar").exists()


def test_no_engine_and_no_images_are_said(
    release: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the release is made all the same."""
    monkeypatch.setenv("ENGINE", "")
    assert "no container engine answers" in release.all_images(tmp_path)[0]
    monkeypatch.setenv("ENGINE", "arm64")
    monkeypatch.setenv("IMAGES", "4")
    own, other = release.all_images(tmp_path)
    assert own == "images for arm64: not made (`sh compose/images.sh` ended with 4: it said nothing)"
    assert "images for amd64: not made" in other
