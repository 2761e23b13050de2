"""``search``: what a drill varies to find where the lab tips, and between which values."""

from lab import units
from lab.drillfile.load_section import read_rate
from lab.drillfile.model import Search
from lab.drillfile.phase import Phase
from lab.drillfile.source import Value
from lab.drillfile.values import Reader
from lab.units import Quantity

QUANTITIES: dict[str, Quantity] = {"trigger": units.DURATION_S, "rate": units.RATE_RPS}
"""What can be varied: how long the trigger lasts, or how much is asked for on a bridge that stays the same."""
MOST_SEEDS = 20


def read_search(reader: Reader, value: Value | None, phases: tuple[Phase, ...]) -> Search | None:
    """What to vary; None: the drill is one run."""
    if value is None:
        return None
    found = reader.keys(value, ("vary", "from", "to"), ("resolution", "seeds"))
    vary = reader.choice(found["vary"], QUANTITIES, "thing to vary") if "vary" in found else "trigger"
    quantity = QUANTITIES.get(vary, units.DURATION_S)

    def amount(key: str, default: float) -> float:
        if key in found and vary == "rate" and key != "resolution":
            return read_rate(reader, found[key])
        return reader.quantity(found[key], quantity, above_zero=True) if key in found else default

    low, high = amount("from", 1.0), amount("to", 2.0)
    if low >= high:
        reader.fail(value, f"`from` ({low:g}) must be less than `to` ({high:g})")
    triggers = [phase.name for phase in phases if phase.role == "trigger"]
    if vary == "trigger" and not triggers:
        reader.fail(value, "there is no phase with the role trigger whose length could be varied")
    if vary == "trigger" and len(triggers) > 1:
        reader.fail(value, f"which one to vary can't be known: {', '.join(triggers)} have the role trigger")
    seeds = reader.integer(found["seeds"], 1, MOST_SEEDS) if "seeds" in found else 3
    return Search.model_construct(
        vary="rate" if vary == "rate" else "trigger",
        low=low,
        high=high,
        resolution=amount("resolution", (high - low) / 8),
        seeds=seeds,
    )
