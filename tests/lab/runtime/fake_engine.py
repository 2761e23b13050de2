"""A container engine as far as the lab asks it before anything is started: HTTP over a socket file."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

VERSION = {"Version": "27.0", "ApiVersion": "1.43", "MinAPIVersion": "1.24"}


@contextmanager
def fake_engine(socket: Path, info: dict[str, Any]) -> Iterator[str]:
    """One that says this of itself, and has no networks; its DOCKER_HOST."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0].rpartition("/")[2]
            body = json.dumps({"version": VERSION, "info": info, "networks": []}[path]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self) -> str:
            return "a socket file"

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with socketserver.ThreadingUnixStreamServer(str(socket), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"unix://{socket}"
        finally:
            server.shutdown()
            thread.join()
