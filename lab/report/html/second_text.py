"""All figures of a second as a sentence, for whoever asks for them without a mouse."""

from lab.analysis.timeline.row import Row
from lab.report import headline_figures as figures


def second_text(row: Row) -> str:
    """``Second 34: offered 100/s, goodput 0/s, ...``; a dash is what was not measured."""
    said = (
        ("offered", figures.rate(row.offered)),
        ("goodput", figures.rate(row.good)),
        ("attempts", figures.rate(row.attempts)),
        ("amplification", figures.ratio(row.amplification)),
        ("p50", figures.millis(row.latency_p50_ms)),
        ("p99", figures.millis(row.latency_p99_ms)),
        ("bridge CPU", f"{figures.share(row.bridge_cpu_share)} of a core"),
        ("its cap", f"{figures.share(row.cap_share)} of a core"),
        ("open connections", figures.count(row.open_connections)),
        ("accept queue", figures.count(row.accept_queue)),
        ("queueing delay", figures.wait(row.queueing_delay_s)),
        ("answered", figures.rate(row.answered_rps)),
        ("wasted", figures.rate(row.wasted_rps)),
    )
    phase = f" ({row.phase})" if row.phase else ""
    still = " These can still change." if row.provisional else ""
    return f"Second {row.second}{phase}: {', '.join(f'{name} {text}' for name, text in said)}.{still}"
