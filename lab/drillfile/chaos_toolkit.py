"""Experiments of the Chaos Toolkit, which have drills' suffixes and some of their keys: told apart, in one sentence."""

from lab.drillfile.source import Value

_PROVIDER = "provider"
"""What each of its actions and probes has, and no step of a drill."""


def is_experiment(top: Value) -> bool:
    """Whether a file that is no drill is such an experiment."""
    found = top.content if isinstance(top.content, dict) else {}
    if "version" in found and "load" in found:
        return False
    hypothesis = found.get("steady-state-hypothesis")
    probes = hypothesis.content.get("probes") if hypothesis and isinstance(hypothesis.content, dict) else None
    lists = (found.get("method"), found.get("rollbacks"), probes)
    steps = [step for one in lists if one and isinstance(one.content, tuple) for step in one.content]
    return any(isinstance(step.content, dict) and _PROVIDER in step.content for step in steps)
