"""Odoo's own files: ODOO_HOME when it is set, else Debian's package, unpacked and mended."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import debian
from .console import ToolError, step
from .npm import NpmFile

LAYOUT = "1"  # raise it when the way the tree is made changes
# Debian writes this font's name in capitals.
RENAMED = {"ocrb.otf": "OCRB.otf"}


@dataclass(frozen=True)
class Tree:
    root: Path  # holds the `odoo` package
    addons: Path
    identity: str


def _home() -> str:
    return os.environ.get("ODOO_HOME", "")


def home_identity() -> str:
    """What stands at ODOO_HOME now (its commit, when it is a checkout); nothing when unset."""
    if not _home():
        return ""
    done = subprocess.run(
        ["git", "-C", _home(), "rev-parse", "HEAD"] if shutil.which("git") else ["true"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{Path(_home()).resolve()} {done.stdout.strip()}"


def _from_home() -> Tree:
    root = Path(_home()).resolve()
    release = root / "odoo/release.py"
    found = release.exists() and re.search(
        r"version_info\s*=\s*\(19, 0,", release.read_text(encoding="utf-8")
    )
    if not found:
        raise ToolError(
            f"ODOO_HOME={root} is not a checkout of Odoo's branch 19.0 (odoo/release.py does not "
            "say so): correct it, or unset it to use Debian's package."
        )
    addons = root / "addons"
    return Tree(root, addons if addons.is_dir() else root / "odoo/addons", home_identity())


def ensure(state: Path, cache: Path, lock: dict) -> Tree:
    return _from_home() if _home() else _DebianTree(state, cache, lock).ensure()


class _DebianTree:
    def __init__(self, state: Path, cache: Path, lock: dict):
        self.state = state
        self.tree = state / "odoo-19"
        self.lock = lock
        pins = [debian.Package(**pin) for pin in lock["debian"]["packages"]]
        self.store = debian.PinnedStore(cache, lock["debian"]["suites"], pins)
        self.npm = [NpmFile(cache, pin) for pin in lock["npm"]]

    def _identity(self) -> str:
        parts = [LAYOUT, self.lock["npm"], self.store.identity()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _result(self) -> Tree:
        return Tree(self.tree, self.tree / "odoo/addons", self._identity())

    def ensure(self) -> Tree:
        stamp = self.tree / ".stamp"
        if not (stamp.exists() and stamp.read_text(encoding="ascii") == self._identity()):
            self._drop_leftovers()
            archives = self.store.ensure()
            self._make(archives)
        return self._result()

    def _drop_leftovers(self) -> None:
        for folder in self.state.glob(".tree-*"):
            shutil.rmtree(folder, ignore_errors=True)

    def _make(self, archives: dict[str, Path]) -> None:
        with tempfile.TemporaryDirectory(dir=self.state, prefix=".tree-") as name:
            work = Path(name)
            with step("Unpacking Odoo"):
                self._unpack(archives, work)
            made = self._assemble(work)
            for npm in self.npm:
                npm.put_into(made)
            self._check(made)
            (made / ".stamp").write_text(self._identity(), encoding="ascii")
            if self.tree.exists():
                self.tree.rename(work / "previous")
            made.rename(self.tree)

    @staticmethod
    def _unpack(archives: dict[str, Path], work: Path) -> None:
        for name, archive in archives.items():
            debian.unpack(archive, work / ("odoo" if name == "odoo-19" else "linked"))

    def _assemble(self, work: Path) -> Path:
        packages = work / "odoo/usr/lib/python3/dist-packages"
        self._mend_links(packages, work / "linked/usr/share")
        made = work / "made"
        made.mkdir()
        # dist-packages/addons, beside it, holds only the .py files once more: left behind.
        (packages / "odoo").rename(made / "odoo")
        return made

    @staticmethod
    def _mend_links(packages: Path, share: Path) -> None:
        """Every link points into another package: put the file itself there, by its own name
        (Debian's web fonts point at each other's)."""
        files = {p.name: p for p in sorted(share.rglob("*")) if p.is_file() and not p.is_symlink()}
        for link in [path for path in packages.rglob("*") if path.is_symlink()]:
            names = (RENAMED.get(link.name), link.name, Path(os.readlink(link)).name)
            target = next((files[name] for name in names if name in files), None)
            if not target:
                raise ToolError(
                    f"Debian's package of Odoo links to {os.readlink(link)}, which none of the "
                    "pinned packages holds: this build is not known here. " + debian.OTHER_WAY + "."
                )
            link.unlink()
            shutil.copyfile(target, link)

    @staticmethod
    def _check(made: Path) -> None:
        left = [path for path in made.rglob("*") if path.is_symlink()]
        if left or not (made / "odoo/addons/base/__manifest__.py").exists():
            raise ToolError(
                "Debian's package of Odoo has an unexpected shape: " + debian.OTHER_WAY + "."
            )
