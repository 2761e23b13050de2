"""Good scrapes are counted once however often they are looked at, and the oldest target decides about the age."""

from lab.probes.prometheus import QueriedSeries
from lab.probes.scrapes import ScrapeCounter


def up(service: str, *points: tuple[float, float]) -> QueriedSeries:
    return QueriedSeries({"service": service}, points)


def test_overlapping_looks_count_each_good_scrape_once() -> None:
    """Failed ones don't count, nor do those from before the beginning."""
    scrapes = ScrapeCounter(("edge", "storefront"), since=100.0)
    assert scrapes.count([up("edge", (99.5, 1), (100.5, 1), (101.5, 0)), up("storefront", (100.2, 1))]) == 2
    assert scrapes.count([up("edge", (100.5, 1), (101.5, 0), (102.5, 1)), up("storefront", (100.2, 1))]) == 3
    assert scrapes.count([]) == 3


def test_late_scrapes_that_an_agent_sends_are_counted() -> None:
    """They come in order, minutes late: newer than what was counted last, although old."""
    scrapes = ScrapeCounter(("edge",), since=0.0)
    assert scrapes.count([up("edge", (1.0, 1))]) == 1
    assert scrapes.count([up("edge", (1.0, 1), (2.0, 1), (3.0, 1))]) == 3


def test_the_age_is_that_of_the_target_that_is_longest_unseen() -> None:
    """And unknown where a target has no good scrape at all: one that is not seen is no young one."""
    scrapes = ScrapeCounter(("edge", "storefront"), since=0.0)
    both = [up("edge", (9.0, 1)), up("storefront", (7.0, 1), (9.5, 0))]
    assert scrapes.newest_age_s(both, at=10.0) == 3.0
    assert scrapes.newest_age_s([up("edge", (9.0, 1)), up("storefront", (9.5, 0))], at=10.0) is None
    assert scrapes.newest_age_s([up("edge", (9.0, 1))], at=10.0) is None
    assert ScrapeCounter((), since=0.0).newest_age_s(both, at=10.0) is None
