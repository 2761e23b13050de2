"""What `lab status` says, a line for each key of its JSON: rounded, with its unit, as everywhere else."""

from rich.text import Text

from lab.report import headline_figures as figures
from lab.report.words import clean

_NAME = 22
_WORDS = {
    "bridge_accept_queue": "bridge accept queue",
    "uptime_s": "up for",
    "useless_from_s": "of no use from",
}


def status_line(key: str, value: object) -> Text:
    """``goodput  100/s``; the unit is that of the key's suffix."""
    name = _WORDS.get(key) or key.removesuffix("_rps").removesuffix("_s").replace("_", " ")
    items = value if isinstance(value, list) else None
    if items is not None:
        said = ("\n" + " " * _NAME).join(clean(str(item)) for item in items) or "nothing"
    else:
        said = _said(key, value)
    return Text.assemble((f"{name:<{_NAME}}", "dim"), said)


def _said(key: str, value: object) -> str:
    if value is None:
        return figures.NONE
    if isinstance(value, bool) or not isinstance(value, int | float):
        return clean(str(value))
    if key.endswith("_rps"):
        return figures.rate(value)
    if key.endswith("_s"):
        return figures.wait(value) if key == "queueing_delay_s" else figures.seconds(value)
    if key.endswith("_utilization"):
        return figures.busy(value)
    return f"{figures.ratio(value)} x" if key == "amplification" else figures.count(value)
