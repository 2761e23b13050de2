"""A CPU cap without an engine and without root: its own process, run as ``python -m chaos.governor``."""
