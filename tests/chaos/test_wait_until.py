"""The one place that sleeps."""

import asyncio
import time

import pytest

from chaos.wait import WaitTimeoutError, wait_until


async def test_returns_the_first_true_answer() -> None:
    """Plain functions and coroutine functions alike."""
    answers = iter([0, 0, 7])

    async def later() -> str:
        return "yes"

    assert await wait_until(lambda: next(answers), 1, "seven", every_s=0) == 7
    assert await wait_until(later, 1, "yes") == "yes"


@pytest.mark.slow
async def test_the_error_has_what_how_long_and_the_last_value() -> None:
    """What someone needs who reads it in a log."""
    with pytest.raises(WaitTimeoutError, match=r"waited 0\.\d\d s for the tide; last: 0"):
        await wait_until(lambda: 0, 0.02, "the tide", every_s=0.001)


@pytest.mark.slow
async def test_an_error_in_the_condition_is_asked_again_and_shown_at_the_end() -> None:
    """A service that does not answer yet raises; that is no reason to give up."""

    def refuses() -> bool:
        raise ConnectionRefusedError("no one there")

    with pytest.raises(WaitTimeoutError, match="no one there") as caught:
        await wait_until(refuses, 0.02, "an answer", every_s=0.001)
    assert isinstance(caught.value.last, ConnectionRefusedError)


@pytest.mark.slow
async def test_a_condition_that_hangs_ends_at_the_deadline() -> None:
    """The deadline is the wait's, not the condition's."""

    async def hangs() -> bool:
        await asyncio.Event().wait()
        return True

    begun = time.monotonic()
    with pytest.raises(WaitTimeoutError, match="never got an answer"):
        await wait_until(hangs, 0.05, "nothing")
    assert time.monotonic() - begun < 10
