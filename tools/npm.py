"""The one file that Debian's build of Odoo lacks: a script of the npm registry.

It serves one thing, the blurred background in video calls, but its absence is an asset error on
every page and fails every browser tour. A bare Debian has no npm, and Debian's npm pulls some
hundred packages in: for such a machine a small stand-in is written instead, which keeps the pages
whole and tells the person who switches the blur on that it is not there.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import tarfile
import tempfile
from pathlib import Path

from . import process
from .console import ToolError, step, warn

STAND_IN = """\
// Stand-in for %(name)s %(version)s, which could not be had when this tree was made.
window.SelfieSegmentation = class SelfieSegmentation {
    constructor() {
        throw new Error("Background blur is not available on this server.");
    }
};
"""


def _integrity_of(path: Path, algorithm: str) -> str:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, algorithm).digest()
    return f"{algorithm}-{base64.b64encode(digest).decode()}"


class NpmFile:
    """A pinned npm package of which some files are put into the tree."""

    def __init__(self, cache: Path, pin: dict):
        self.pin = pin
        self.folder = cache / "npm"
        self.archive = self.folder / f"{pin['name'].split('/')[-1]}-{pin['version']}.tgz"

    def _is_right(self, path: Path) -> bool:
        algorithm = self.pin["integrity"].split("-", 1)[0]
        return path.exists() and _integrity_of(path, algorithm) == self.pin["integrity"]

    def ensure(self) -> bool:
        """Have the archive in the cache; False when this machine cannot have it."""
        if self._is_right(self.archive):
            return True
        if not shutil.which("npm"):
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        with (
            step(f"Fetching {self.pin['name']} from npm"),
            tempfile.TemporaryDirectory(dir=self.folder, prefix=".fetch-") as folder,
        ):
            return self._fetch(Path(folder))

    def _fetch(self, folder: Path) -> bool:
        spec = f"{self.pin['name']}@{self.pin['version']}"
        cache = self.folder / "cache"
        result = process.run(["npm", "pack", "--silent", f"--cache={cache}", spec], cwd=folder)
        fetched = next(folder.glob("*.tgz"), None)
        if result.code or not fetched:
            return False
        if not self._is_right(fetched):
            raise ToolError(
                f"{spec} from npm does not have the pinned checksum: it was changed on its way. "
                "Nothing of it was used. Compare it with tools/odoo.lock.json."
            )
        fetched.replace(self.archive)
        return True

    def put_into(self, tree: Path) -> None:
        if self.ensure():
            self.unpack_into(tree)
            return
        warn(
            f"{self.pin['name']} cannot be had (no npm here, or its registry is out of reach): "
            "all works but the blurred background in video calls. "
            "To have it: install npm, then `make clean run`."
        )
        for path in self.pin["put"].values():
            self._write(tree / path, (STAND_IN % self.pin).encode())

    def read(self) -> dict[str, bytes]:
        """The files that are put somewhere, by their names in the package."""
        with tarfile.open(self.archive) as archive:
            return {
                member: archive.extractfile(f"package/{member}").read()
                for member in self.pin["put"]
            }

    def unpack_into(self, tree: Path) -> None:
        for member, content in self.read().items():
            self._write(tree / self.pin["put"][member], content)

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
