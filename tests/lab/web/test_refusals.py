"""Refused attempts become few notes, however many there are."""

import asyncio

import pytest

from lab.web import refusals
from lab.web.refusals import Refusals


@pytest.mark.slow
async def test_the_first_is_said_at_once_and_the_rest_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """With how many they were; and no more than so many characters of what was asked."""
    monkeypatch.setattr(refusals, "EVERY_S", 0.02)
    said: list[str] = []
    two = asyncio.Event()

    async def write(text: str) -> None:
        said.append(text)
        if len(said) == 2:
            two.set()

    refused = Refusals(write)
    for number in range(1000):
        refused.add(f"POST /{number} {'x' * 900}")
    await asyncio.wait_for(two.wait(), 5)
    assert said[0].startswith("refused on the live page: POST /0 x")
    assert said[1].startswith("refused on the live page: POST /999 x")
    assert said[1].endswith("(the last of 999)")
    assert max(map(len, said)) < 300


async def test_a_lab_that_is_gone_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no journal to write to."""
    monkeypatch.setattr(refusals, "EVERY_S", 0.01)
    tried = asyncio.Event()

    async def fails(_: str) -> None:
        tried.set()
        raise OSError("gone")

    refused = Refusals(fails)
    refused.add("x")
    await asyncio.wait_for(tried.wait(), 5)
    await asyncio.gather(*refused._writing)
    assert not refused._writing
