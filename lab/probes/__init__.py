"""Reading the truth: what the services and the kernel say, each second, apart from what is judged."""

from lab.probes.sampler import Sampler
from lab.probes.ticker import Ticker

__all__ = ["Sampler", "Ticker"]
