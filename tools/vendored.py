"""Libraries of others in our addons: the same, byte by byte, as npm has them published.

    python3 -m tools.vendored            compare them
    python3 -m tools.vendored --write    put them there again, after a new pin in the lock file

An addon ships its assets, since who installs it from an archive has no npm. What is shipped is
pinned in tools/vendored.lock.json and can be made again from there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from .console import ToolError, run_main, warn
from .environment import ADDONS, REPOSITORY, cache_folder
from .npm import NpmFile

LOCK = Path(__file__).with_name("vendored.lock.json")
FOLDER = "static/lib"


def read_pins() -> list[dict]:
    return json.loads(LOCK.read_text(encoding="utf-8"))


def unpinned() -> Iterator[str]:
    """Files of others that no pin accounts for, and pinned ones that are not there."""
    pinned = {path for pin in read_pins() for path in pin["put"].values()}
    found = {
        path.relative_to(REPOSITORY).as_posix()
        for path in ADDONS.glob(f"*/{FOLDER}/**/*")
        if path.is_file()
    }
    for name in sorted(pinned ^ found):
        reason = "is not in tools/vendored.lock.json" if name in found else "is missing"
        yield f"{name} {reason}"


def packages() -> list[NpmFile]:
    """The pinned packages that this machine has or can have."""
    wanted = [NpmFile(cache_folder(), pin) for pin in read_pins()]
    there = [package for package in wanted if package.ensure()]
    for package in wanted:
        if package not in there:
            warn(f"{package.pin['name']} is not compared: npm, or its registry, is out of reach.")
    return there


def changed() -> Iterator[str]:
    """Files that differ from those that were published."""
    for package in packages():
        published = package.read()
        for member, name in package.pin["put"].items():
            path = REPOSITORY / name
            if path.exists() and path.read_bytes() != published[member]:
                spec = f"{package.pin['name']}@{package.pin['version']}"
                yield f"{name} is not the {member} of {spec}: python3 -m tools.vendored --write"


def problems() -> Iterator[str]:
    yield from unpinned()
    yield from changed()


def main() -> int:
    if "--write" in sys.argv:
        for package in packages():
            package.unpack_into(REPOSITORY)
    if found := list(problems()):
        raise ToolError("\n".join(found))
    return 0


if __name__ == "__main__":
    run_main(main)
