"""``lab run DRILL ...``, and a last line with the verdict and the exit code: make reports every failure as its own 2.

    LAB=.venv/bin/lab python scripts/drill.py retry-storm --runtime embedded

An interrupt reaches the lab itself, which rolls back; SIGTERM and SIGHUP, which make sends to this process alone, are
passed on. The line goes to stderr, so that ``--json`` stays JSON.
"""

import os
import signal
import subprocess
import sys
from types import FrameType

ENDINGS = {
    0: "pass",
    1: "fail",
    2: "inconclusive",
    3: "no verdict: bad input",
    4: "no verdict: unsupported here, or the lab could not be set up",
    5: "no verdict: the lab broke, or a rollback is not verified; run .venv/bin/lab recover",
    130: "interrupted, and rolled back",
}


def main(arguments: list[str]) -> int:
    """Run it, wait for it whatever comes, say how it ended.

    Returns:
        The exit code of ``lab run``; 128 + n where signal n ended it.
    """
    received: list[int] = []
    signal.signal(signal.SIGINT, lambda _number, _frame: None)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: received.append(number))
    lab = subprocess.Popen([os.environ.get("LAB", ".venv/bin/lab"), "run", *arguments])

    def pass_on(number: int, _frame: FrameType | None) -> None:
        lab.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    for early in received:  # that came before there was anything to pass them on to
        lab.send_signal(early)
    ended = lab.wait()
    code = ended if ended >= 0 else 128 - ended
    how = ENDINGS.get(code, "no verdict: ended unexpectedly")
    print(f"{arguments[0]}: {how} (exit code {code})", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
