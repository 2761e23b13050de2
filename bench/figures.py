"""Figures of a run that its verdict doesn't hold: time to the first request, memory, what the lab itself costs."""

from bench.runs import Run

MB = 1e6


def ready_after_s(run: Run) -> float | None:
    """Seconds from the start of the command ``lab run`` to the first scheduled arrival of the baseline."""
    seconds = [event["second"] for event in run.events("cohort.closed") if event["source"] == "load"]
    return round(run.epoch_s + min(seconds) - run.begun_s, 1) if seconds else None


def memory_of(run: Run, span: tuple[float, float]) -> float | None:
    """All services together (MB), the highest of the samples in a span."""
    samples = [e["memory_bytes"] for e in run.events("host.sample") if span[0] <= e["t"] < span[1]]
    sums = [sum(sample.values()) for sample in samples if sample]
    return round(max(sums) / MB, 0) if sums else None


def cost_of(run: Run, span: tuple[float, float]) -> float | None:
    """What session, sampler, journal and terminal cost, in cores; the governor and the services are not in it."""
    samples = [e for e in run.events("host.sample") if span[0] <= e["t"] < span[1]]
    if len(samples) < 2:  # noqa: PLR2004  a rate takes two
        return None
    cpu_s: float = samples[-1]["lab_cpu_s_total"] - samples[0]["lab_cpu_s_total"]
    took_s: float = samples[-1]["t"] - samples[0]["t"]
    return round(cpu_s / took_s, 4)
