"""What a plane knows of its own scrapes of main: good ones counted once, and how old the newest is."""

from collections.abc import Iterable, Sequence

from lab.probes.prometheus import QueriedSeries

SELECTOR = 'up{network="main"}'
"""One series a target, 1 for a good scrape, 0 for a failed one."""


class ScrapeCounter:
    """Counts good scrapes by target from overlapping looks at the raw samples.

    Args:
        targets: the ``service`` labels of all that should be scraped.
        since: scrapes up to this moment (unix, s) don't count.
    """

    def __init__(self, targets: Sequence[str], since: float) -> None:
        self._targets = frozenset(targets)
        self._since = since
        self._counted_to: dict[str, float] = {}
        self._ok_total = 0

    def count(self, series: Iterable[QueriedSeries]) -> int:
        """Good scrapes so far, with those of another look; None of them counts twice."""
        for one in series:
            target = one.labels.get("service", "")
            counted_to = self._counted_to.get(target, self._since)
            self._ok_total += sum(value == 1 and at > counted_to for at, value in one.points)
            self._counted_to[target] = max([counted_to, *(at for at, _ in one.points)])
        return self._ok_total

    def newest_age_s(self, series: Iterable[QueriedSeries], at: float) -> float | None:
        """Age of the newest good scrape at a moment (unix, s), of the target where that is oldest.

        None: one of the targets has none.
        """
        newest: dict[str, float] = {}
        for one in series:
            good = [when for when, value in one.points if value == 1]
            if good:
                newest[one.labels.get("service", "")] = max(good)
        if not self._targets <= newest.keys():
            return None
        return round(at - min(newest[target] for target in self._targets), 3) if self._targets else None
