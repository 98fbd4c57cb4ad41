"""Debian packages without installing them: fetched by apt from the mirror that this machine
already uses, in an apt state of our own, their signatures checked, unpacked into a folder.

Works as an ordinary user; changes nothing of the machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import process
from .console import ToolError, step, warn

KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)
SUITES = ("bookworm", "trixie", "forky", "sid", "stable", "testing", "unstable")
OTHER_WAY = (
    "set ODOO_HOME to a checkout of Odoo's branch 19.0, or use docker compose (see README.md)"
)


@dataclass(frozen=True)
class Package:
    """A pinned package; `accept` is the version prefix of a newer build that will do as well."""

    name: str
    version: str
    sha256: str
    accept: str = ""

    @property
    def spec(self) -> str:
        return f"{self.name}={self.version}"


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _keyring() -> str:
    for keyring in KEYRINGS:
        if os.path.exists(keyring):
            return keyring
    raise ToolError(
        "Debian's archive keyring is not on this machine, so that nothing can be checked: "
        f"apt-get install debian-archive-keyring, or {OTHER_WAY}."
    )


def _own_codename() -> str:
    """The release that this machine runs."""
    with contextlib.suppress(OSError):
        for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
            if line.startswith("VERSION_CODENAME="):
                return line.split("=", 1)[1].strip().strip('"')
    return "stable"


def _mirror() -> str:
    """The Debian mirror that this machine's own apt uses."""
    if not shutil.which("apt-get"):
        raise ToolError(f"this machine has no apt (it is not a Debian): {OTHER_WAY}.")
    form = "$(ORIGIN)|$(RELEASE)|$(COMPONENT)|$(SITE)"
    listed = process.run(["apt-get", "indextargets", "--format", form, "Created-By: Packages"])
    rows = [line.split("|") for line in listed.lines if line.count("|") == 3]
    # ORIGIN is only known once the machine has fetched its lists: a bare one has not.
    sites = [
        site
        for origin, release, component, site in rows
        if origin in ("Debian", "") and component == "main" and release in SUITES
    ]
    if not sites:
        raise ToolError(f"this machine's apt knows no Debian mirror: {OTHER_WAY}.")
    return sites[0]


class Apt:
    """apt with a state of its own below `folder`, reading the given suites."""

    def __init__(self, folder: Path, suites: Sequence[str], pinned: bool = False):
        self.folder = folder
        self.suites = suites
        self.options = [
            *("-qq", "-o", f"Dir::Etc::sourcelist={folder}/sources.list"),
            *("-o", "Dir::Etc::sourceparts=-"),
            *("-o", "Dir::Etc::preferences=-", "-o", "Dir::Etc::preferencesparts=-"),
            *("-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache"),
            *("-o", "Acquire::Languages=none", "-o", "Acquire::Retries=3"),
            *("-o", "Acquire::http::Timeout=30", "-o", "Acquire::https::Timeout=30"),
            *("-o", "Dpkg::Use-Pty=0", "-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=1"),
            *("-o", "APT::Get::AllowUnauthenticated=false"),
            *("-o", "Acquire::AllowInsecureRepositories=false"),
        ]
        if pinned:  # the checksum decides, so that a mirror that lags behind will do
            self.options += ["-o", "Acquire::Check-Valid-Until=false"]

    def update(self) -> None:
        source = f"deb [signed-by={_keyring()}] {_mirror()}"
        for folder in ("lists/partial", "cache/archives/partial"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        (self.folder / "sources.list").write_text(
            "".join(f"{source} {suite} main\n" for suite in self.suites), encoding="utf-8"
        )
        with step(f"Reading Debian's package lists ({', '.join(self.suites)})"):
            process.succeed(
                ["apt-get", *self.options, "update", "--error-on=any"],
                "Debian's package lists cannot be had: check the network and this machine's apt "
                "(does `apt-get update` work?) and run it again.",
            )

    def get(self, *arguments: str, cwd: Path) -> process.Result:
        return process.run(["apt-get", *self.options, *arguments], cwd=cwd)

    def versions(self, name: str) -> list[str]:
        listed = process.run(["apt-cache", *self.options[1:], "madison", name])
        return [line.split("|")[1].strip() for line in listed.lines if line.count("|") == 2]


def unpack(archive: Path, into: Path) -> None:
    process.succeed(
        ["dpkg-deb", "-x", archive, into],
        f"{archive.name} cannot be unpacked: is the disk full?",
    )


def _size_of(folder: Path) -> str:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return f"{total / 1e6:.0f} MB so far"


class PinnedStore:
    """The pinned packages in the cache: what is there and right is kept, the rest is fetched."""

    def __init__(self, cache: Path, suites: Sequence[str], packages: Iterable[Package]):
        self.folder = cache / "debs"
        self.apt = Apt(cache / "apt", suites, pinned=True)
        self.packages = list(packages)

    def path(self, package: Package) -> Path:
        return self.folder / f"{package.name}_{package.sha256[:12]}.deb"

    def _accepted(self, package: Package) -> Path:
        """Beside it, the checksum of a newer build that was taken in its stead."""
        return self.path(package).with_suffix(".accepted")

    def _wanted_sha256(self, package: Package) -> str:
        accepted = self._accepted(package)
        return accepted.read_text(encoding="ascii") if accepted.exists() else package.sha256

    def is_there(self, package: Package) -> bool:
        path = self.path(package)
        return path.exists() and sha256_of(path) == self._wanted_sha256(package)

    def identity(self) -> list[str]:
        """What exactly is unpacked: changes when a newer build was taken."""
        return [self._wanted_sha256(package) for package in self.packages]

    def ensure(self) -> dict[str, Path]:
        self.folder.mkdir(parents=True, exist_ok=True)
        missing = [package for package in self.packages if not self.is_there(package)]
        if missing:
            self.apt.update()
            self._fetch(missing)
        return {package.name: self.path(package) for package in self.packages}

    def _fetch(self, packages: list[Package]) -> None:
        with (
            step(f"Fetching {len(packages)} Debian packages, Odoo among them (130 MB)") as now,
            tempfile.TemporaryDirectory(dir=self.folder, prefix=".fetch-") as folder,
        ):
            target = Path(folder)
            now.progress(lambda: _size_of(target))
            # One call for all: apt builds its index anew for each.
            self.apt.get("download", *(package.spec for package in packages), cwd=target)
            for package in packages:
                self._take(package, target)

    def _take(self, package: Package, folder: Path) -> None:
        self._accepted(package).unlink(missing_ok=True)
        archive = self._found(package, folder) or self._fetch_newer(package, folder)
        if sha256_of(archive) != self._wanted_sha256(package):
            raise ToolError(
                f"{archive.name} does not have the pinned checksum: it was changed on its way "
                "or rebuilt. Nothing of it was used. Compare it with tools/odoo.lock.json."
            )
        archive.replace(self.path(package))

    @staticmethod
    def _found(package: Package, folder: Path) -> Path | None:
        return next(folder.glob(f"{package.name}_*.deb"), None)

    def _fetch_newer(self, package: Package, folder: Path) -> Path:
        """The suite rolls on: a newer build of the same series will do (apt checked who signed)."""
        result = self.apt.get("download", package.spec, cwd=folder)
        if not self._found(package, folder):
            known = [v for v in self.apt.versions(package.name) if v != package.version]
            newer = [v for v in known if package.accept and v.startswith(package.accept)]
            if newer:
                warn(f"{package.spec} is gone from Debian, taking {newer[0]} in its stead.")
                result = self.apt.get("download", f"{package.name}={newer[0]}", cwd=folder)
        archive = self._found(package, folder)
        if not archive:
            raise ToolError(
                f"Debian's package {package.spec} cannot be had [{result.last_line}]: check the "
                f"network and run it again; if it is gone for good, {OTHER_WAY}."
            )
        if self._is_other_version(package, archive):
            self._accepted(package).write_text(sha256_of(archive), encoding="ascii")
        return archive

    @staticmethod
    def _is_other_version(package: Package, archive: Path) -> bool:
        shown = process.run(["dpkg-deb", "-f", archive, "Version"])
        return shown.text.strip() != package.version


def fetch_packages(names: Sequence[str], into: Path, cache: Path | None = None) -> Path:
    """Unpack packages of this machine's own release, with what they need and is not here yet.

    Not pinned (the release's own versions; apt checks the signatures): meant for programs that
    the tests drive, such as nginx and chromium. Returns `into`.
    """
    mark = into / ".complete"
    if mark.exists() and mark.read_text(encoding="utf-8").split() == sorted(names):
        return into
    shutil.rmtree(into, ignore_errors=True)
    apt = Apt((cache or into.parent) / "apt-own", [_own_codename()])
    apt.update()
    with step(f"Fetching {', '.join(names)} from Debian") as now:
        archives = apt.folder / "cache/archives"
        now.progress(lambda: _size_of(archives))
        result = apt.get(
            *("install", "--download-only", "--yes", "--no-install-recommends", *names),
            cwd=archives,
        )
        if result.code:
            raise ToolError(f"{', '.join(names)} cannot be had from Debian: {result.last_line}")
        into.mkdir(parents=True)
        for archive in sorted(archives.glob("*.deb")):
            unpack(archive, into)
            archive.unlink()
    mark.write_text("\n".join(sorted(names)), encoding="utf-8")
    return into
