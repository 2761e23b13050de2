"""Opens the page in the user's browser, without the token in any process's arguments, which all users can read."""

import html
import os
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
"""Variables by which there is a browser to open; without one the address is printed, and that is all."""
LEADS_ON = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Retry-storm lab</title>
<meta http-equiv="refresh" content="0; url={url}"><p><a href="{url}">Open the live page</a></p></html>"""


@contextmanager
def opened_browser(url: str, *, wanted: bool) -> Iterator[None]:
    """Open a file that leads on to ``url``, private to this user (0600), and removed at the end."""
    if not wanted or not (sys.platform == "darwin" or any(map(os.environ.get, SCREENS))):
        yield
        return
    descriptor, name = tempfile.mkstemp(prefix="lab-watch-", suffix=".html")
    file = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as writing:
            writing.write(LEADS_ON.format(url=html.escape(url)))
        threading.Thread(target=webbrowser.open, args=(file.as_uri(),), daemon=True).start()
        yield
    finally:
        file.unlink(missing_ok=True)
