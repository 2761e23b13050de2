"""What a lab shows of itself, and what it raises, on stubs. Tests lab.session.lab_figures and chaos.lab_error."""

from collections.abc import AsyncIterator
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from chaos.errors import RefusedError, UnknownActionError
from chaos.wait import wait_until
from lab import LabError, LabFigures, RunFolderError, aio
from lab.remote.client import LabClient
from tests.lab.session.stub_lab import StubLab, stub_lab

pytestmark = pytest.mark.live


@pytest.fixture
async def stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StubLab]:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    async with stub_lab(tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
async def lab(stubs: StubLab) -> AsyncIterator[aio.Lab]:
    made = aio.Lab(replace(stubs.request(stubs.drill("played")), out=stubs.path / "lab"))
    await made.open()
    yield made
    await made.close()


async def test_figures_are_typed_and_the_same_as_the_command_prints(lab: aio.Lab) -> None:
    """None before anything was measured; then rates, and what is active with the id that undoes it."""
    assert (await lab.figures()).goodput_rps is None

    async def measured() -> LabFigures | None:
        now = await lab.figures()
        return now if now.goodput_rps else None

    await wait_until(measured, 60, "seconds with answers")
    fault = await lab.fault("unavailable", "storefront", share="50 %")
    now = await lab.figures()
    assert (now.run, now.runtime, now.state) == (lab.folder.name, "embedded", "up")
    assert (now.offered_rps, now.goodput_rps, now.amplification) == (50.0, 50.0, 1.0)
    (active,) = (one for one in now.active if one.id == fault)
    assert (active.fault, active.target) == ("unavailable", "storefront")
    with pytest.raises(FrozenInstanceError):
        now.state = "down"  # type: ignore[misc]
    said = await LabClient(lab.folder).call("GET", "/status")
    assert said.keys() == now.as_json().keys()
    assert said["active"] == now.as_json()["active"]
    assert f"{fault}: unavailable on storefront" in said["active"]


async def test_what_a_lab_raises_is_a_lab_error(lab: aio.Lab) -> None:
    """An id that was never given, and a service that is in the topology but not up; in words, without quotes."""
    with pytest.raises(UnknownActionError) as unknown:
        await lab.undo("nope")
    assert str(unknown.value).startswith("no action nope; open are: ")
    assert isinstance(unknown.value, LabError)
    with pytest.raises(RefusedError, match="unavailable on auth: auth"):
        await lab.fault("unavailable", "auth", share="50 %")


async def test_a_folder_that_can_not_be_written_is_one_too(
    stubs: StubLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full by the second file."""
    write = Path.write_text

    def full(path: Path, data: str) -> int:
        if path.name == "request.json":
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(
        RunFolderError, match=r"No space left on device\. Free some space there, or choose .*LAB_HOME"
    ):
        await aio.open_lab(stubs.drill("played"), runtime="embedded")
