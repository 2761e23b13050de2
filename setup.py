"""What pyproject.toml can't say: the folders beside the packages that a wheel has inside ``lab`` (lab/resources.py).

Everything else about the package stands in pyproject.toml. Nothing is copied where it is installed editable.
"""

from collections.abc import Iterator
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("compose/**/*", "drills/**/*", "scenarios/**/*", "requirements/services.*")
"""With the files that begin with a dot, and nothing that Python compiled."""


def shipped() -> Iterator[Path]:
    """The files, relative to the checkout."""
    root = Path(__file__).parent
    for pattern in SHIPPED:
        for path in sorted(root.glob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                yield path.relative_to(root)


def _point_to_schemas(file: Path) -> None:
    """A drill's first line names its schema from where it lies, and in a wheel it lies inside of ``lab``."""
    head, end, rest = file.read_text().partition("\n")
    file.write_text(head.replace("../lab/schemas/", "../schemas/") + end + rest)


class WithResources(build_py):
    """Puts them into the package ``lab`` of what is built."""

    def run(self) -> None:
        """Build the packages, then add the files with the modes that they have."""
        super().run()
        for source, target in self._resources().items():
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            self.copy_file(source, target)
            if Path(source).suffix == ".yaml":
                _point_to_schemas(Path(target))

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:  # noqa: FBT001, FBT002  setuptools' own
        """All that is built."""
        return [*super().get_outputs(include_bytecode), *self._resources().values()]

    def get_source_files(self) -> list[str]:
        """All that it is built from, so that the source distribution has it."""
        return [*super().get_source_files(), *map(str, shipped())]

    def _resources(self) -> dict[str, str]:
        if self.editable_mode:
            return {}
        return {str(path): str(Path(self.build_lib, "lab", path)) for path in shipped()}


setup(cmdclass={"build_py": WithResources})
