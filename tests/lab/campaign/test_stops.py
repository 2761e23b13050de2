"""How a campaign is ended: now, and what would come after. Tests lab.campaign.stops."""

from lab.campaign.stops import Aborting
from lab.runner import AbortedByUser, Interrupted


async def test_the_lab_that_lives_is_ended_once() -> None:
    """Whoever asks a second time hears that it ends already."""
    aborting = Aborting()
    with aborting() as stop:
        assert aborting.ask(AbortedByUser("enough"))
        assert not aborting.ask()
        assert str(stop.asked.result()) == str(AbortedByUser("enough"))


async def test_a_lab_that_would_come_after_is_ended_as_it_begins() -> None:
    """Asked between two runs, no one would bring another lab up."""
    aborting = Aborting()
    with aborting() as first:
        pass
    assert aborting.ask()
    with aborting() as second:
        assert isinstance(second.asked.result(), Interrupted)
    assert not first.asked.done()
