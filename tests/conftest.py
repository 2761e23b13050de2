"""What tests of several packages need, and a shell that is the same for all of them.

Whatever the caller's shell exports about colours, widths, languages and CI is taken away before a test (or a console
made at import) can see it. A test that is about one of these sets it itself, in its own environment.
"""

import gc
import os
import shutil
import signal
import time
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

SHELL = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM",
         "COLUMNS", "LINES", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "CI", "GITHUB_ACTIONS", "PY_COLORS",
         "PYTHONWARNINGS", "PYTHONIOENCODING", "JENKINS_NODE_COOKIE", "BUILD_ID", "RUNNER_TRACKING_ID",
         "LAB_HOME")  # fmt: skip
"""What a shell may export that changes what programs print, or where the lab keeps its runs."""

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
INSTALL = "apt-get update && apt-get install -y --no-install-recommends chromium"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure() -> None:
    """Before anything is imported for a test."""
    for name in SHELL:
        os.environ.pop(name, None)
    os.environ["TERM"] = "xterm-256color"
    os.umask(0o022)  # what others may read is stated by who writes it, and by tests that are about it
    # A shell that starts something in the background has it ignore SIGINT, and so would all that it starts: Ctrl-C
    # would then interrupt nothing that a test is about.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    time.tzset()
    # How long an example takes says how busy the machine is, so none has a deadline. A few of each in `make test`;
    # `make test-long` runs these tests again, with many.
    settings.register_profile("quick", deadline=None, max_examples=10)
    settings.register_profile("thorough", deadline=None, max_examples=200)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_collection_finish() -> None:
    """What was imported and collected stays: the garbage collector need not walk it again (0.2 s each time)."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Its absence is a failure, not a skip. Its tests are one group of xdist's: it takes seconds."""
    assert shutil.which(CHROMIUM), f"{CHROMIUM} is missing; install it with: {INSTALL}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()
