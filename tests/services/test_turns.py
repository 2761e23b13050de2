"""Waits that end in the same moment go on in turn, a few in each round of the loop."""

import asyncio

from services.client.turns import IN_EACH_ROUND, Turns

MANY = 20 * IN_EACH_ROUND


async def test_the_loop_looks_after_other_things_between_a_few_that_are_due() -> None:
    """All are due at once: in no round do more than a few go on, and none is left out."""
    turns, went_on, rounds = Turns(), 0, []

    async def client() -> None:
        nonlocal went_on
        await turns.sleep(0.01)
        went_on += 1

    clients = [asyncio.create_task(client()) for _ in range(MANY)]
    before = 0
    while went_on < MANY:
        await asyncio.sleep(0)  # noqa: TID251  a round
        rounds.append(went_on - before)
        before = went_on
    await asyncio.gather(*clients)
    assert sum(rounds) == MANY
    assert 0 < max(rounds) <= IN_EACH_ROUND


async def test_whoever_is_due_first_goes_on_first() -> None:
    """The order is that of the timers."""
    turns, order = Turns(), list[int]()

    async def client(number: int) -> None:
        await turns.sleep(0.001 * number)
        order.append(number)

    await asyncio.gather(*(client(number) for number in (3, 1, 2)))
    assert order == [1, 2, 3]


async def test_one_that_is_cancelled_takes_no_turn_and_holds_up_no_one() -> None:
    """While it waits for its time, and while it waits for its turn."""
    turns = Turns()
    sleepers = [asyncio.create_task(turns.sleep(0.0)) for _ in range(MANY)]
    later = asyncio.create_task(turns.sleep(60.0))
    await asyncio.sleep(0)  # noqa: TID251  a round
    for sleeper in [*sleepers[::2], later]:
        sleeper.cancel()
    ended = await asyncio.gather(*sleepers, later, return_exceptions=True)
    assert [isinstance(one, asyncio.CancelledError) for one in ended] == [
        *(number % 2 == 0 for number in range(MANY)),
        True,
    ]
    await asyncio.wait_for(turns.sleep(0.0), 5)
