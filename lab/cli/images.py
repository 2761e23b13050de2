"""``lab images``: the container images of the compose runtime."""

import typer

from lab.runtime.compose.build_images import build_images


def images() -> None:
    """Build the container images that --runtime compose needs; those that are up to date are left as they are."""
    if code := build_images():
        raise typer.Exit(code)
