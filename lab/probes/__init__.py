"""Reading the truth: what the services and the kernel say, each second, apart from what is judged."""

from lab.probes.sampler import Sampler
from lab.probes.ticker import Ticker
from lab.probes.urls import watch_urls

__all__ = ["Sampler", "Ticker", "watch_urls"]
