"""Waits that end in the same moment go on in turn, a few in each round of the loop."""

import asyncio
from functools import partial

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
    """Over several rounds, and a sleep that ends meanwhile after all of them."""
    turns, order = Turns(), list[int]()
    for number in range(MANY):
        turns.add(partial(order.append, number))
    await turns.sleep(0.0)
    assert order == list(range(MANY))


async def test_one_that_raises_holds_up_no_one() -> None:
    """The loop reports it; those after it in its round, and in later ones, go on."""
    turns, raised, went_on = Turns(), list[object](), list[int]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context["exception"]))

    def fails() -> None:
        raise ZeroDivisionError

    turns.add(fails)
    turns.add(partial(went_on.append, 1))
    await asyncio.wait_for(turns.sleep(0.0), 5)
    turns.add(fails)  # the last that is due
    await asyncio.wait_for(turns.sleep(0.01), 5)
    assert (went_on, list(map(type, raised))) == ([1], [ZeroDivisionError] * 2)


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
