"""The lab, called from a program that has an event loop of its own. ``lab.api`` has the same without ``await``.

result = await run("smoke", runtime="embedded")
async with await open_lab() as lab:
fault = await lab.fault("latency", latency="3000 ms", stream="downstream")
await lab.undo(fault)
"""

from lab.aio.async_lab import Lab, open_lab
from lab.aio.one_run import run

__all__ = ["Lab", "open_lab", "run"]
