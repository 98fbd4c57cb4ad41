"""Programs that the tests drive and that are no Python packages.

A browser, nginx, fonts, and LibreOffice, which opens what the addons export.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import debian, process
from .console import ToolError, step
from .environment import Environment

OFFICE = "usr/lib/libreoffice"
PROGRAMS_UNPACKED = {
    "chromium": "usr/lib/chromium/chromium",
    "nginx": "usr/sbin/nginx",
    "soffice": f"{OFFICE}/program/soffice",
}
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
CHINESE_FONTS = ("opentype/noto/*CJK*", "truetype/wqy/wqy*", "opentype/source-han-*/*")


def _has_browser() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def _has_nginx() -> bool:
    return bool(shutil.which("nginx") or os.access("/usr/sbin/nginx", os.X_OK))


def _has_chinese_font() -> bool:
    own = os.environ.get("XDG_DATA_HOME", "")
    folders = [Path("/usr/share/fonts"), *([Path(own) / "fonts"] if own else [])]
    return any(any(folder.glob(form)) for folder in folders for form in CHINESE_FONTS)


def _has_office(library: str) -> bool:
    """Whether LibreOffice is there, with the part that reads this kind of document."""
    found = shutil.which("soffice")
    if not found:
        return False
    unpacked = Path(found).parent.parent / "tree" / OFFICE / "program"
    return any((folder / library).exists() for folder in (Path(found).resolve().parent, unpacked))


def _has_writer() -> bool:
    return _has_office("libswlo.so")


def _has_calc() -> bool:
    return _has_office("libsclo.so")


@dataclass(frozen=True)
class Program:
    package: str
    is_there: Callable[[], bool]


PROGRAMS = (
    Program("chromium", _has_browser),
    Program("nginx", _has_nginx),
    Program("fonts-noto-cjk", _has_chinese_font),
    Program("libreoffice-writer-nogui", _has_writer),
    Program("libreoffice-calc-nogui", _has_calc),
)


def missing_packages() -> list[str]:
    return [program.package for program in PROGRAMS if not program.is_there()]


def ensure_programs(environment: Environment) -> None:
    """Have what the tests drive: installed as root, else unpacked for this state folder only."""
    os.environ["PATH"] = f"{os.environ.get('PATH') or os.defpath}:/usr/sbin:/sbin"
    missing = missing_packages()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(missing)
    elif missing:
        _unpack(missing, environment.state / "programs")
    still = missing_packages()
    if still:
        raise ToolError(
            f"the tests need {', '.join(still)}: have an administrator run "
            f"`apt-get install {' '.join(still)}` and run the tests again."
        )


def _install(packages: list[str]) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", "-o", "Acquire::Retries=3"]
    with step(f"Installing {', '.join(packages)} (once on this machine)") as now:
        seen = process.run([*quiet, "update"], env=environ)
        command = [*quiet, "install", "--yes", "--no-install-recommends", *packages]
        done = process.run(command, env=environ, on_line=lambda line: now.progress(line[:70]))
    if done.code:
        reason = done.last_line if not seen.code else seen.last_line
        raise ToolError(
            f"{', '.join(packages)} cannot be installed [{reason}]: check that `apt-get update` "
            "works on this machine, or install them by hand, and run the tests again."
        )


def _unpack(packages: list[str], into: Path) -> None:
    """Without root: Debian's packages unpacked, the programs started through small scripts."""
    try:
        tree = debian.fetch_packages(packages, into / "tree")
    except ToolError as error:
        raise ToolError(
            f"the tests need {', '.join(packages)}, which are not on this machine and cannot be "
            f"unpacked here ({error}): have an administrator run "
            f"`apt-get install {' '.join(packages)}`."
        ) from error
    _relocate_office(tree)
    for name, program in PROGRAMS_UNPACKED.items():
        if (tree / program).exists():
            _write_script(into / "bin" / name, tree, program)
    os.environ["PATH"] = f"{os.environ['PATH']}:{into / 'bin'}"
    _offer_fonts(tree, into / "share")


def _relocate_office(tree: Path) -> None:
    """Debian's LibreOffice names its folders in full; its registry is filled at installation."""
    for settings in (tree / OFFICE / "program").glob("*rc"):
        text = settings.read_text(encoding="utf-8")
        moved = text.replace(f"file:///{OFFICE}", (tree / OFFICE).as_uri()).replace(
            "file:///etc/libreoffice/registry", (tree / OFFICE / "share/.registry").as_uri()
        )
        if moved != text:
            settings.write_text(moved, encoding="utf-8")


def _write_script(script: Path, tree: Path, program: str) -> None:
    """A program outside of its place needs to be told where its libraries are."""
    folders = sorted({str(library.parent) for library in tree.rglob("*.so*")})
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(
        f"#!/bin/sh\nLD_LIBRARY_PATH='{':'.join(folders)}' exec '{tree / program}' \"$@\"\n",
        encoding="utf-8",
    )
    script.chmod(0o755)


def _offer_fonts(tree: Path, share: Path) -> None:
    """fontconfig looks below XDG_DATA_HOME for fonts as well."""
    fonts = tree / "usr/share/fonts"
    if fonts.is_dir():
        share.mkdir(parents=True, exist_ok=True)
        if not (share / "fonts").is_symlink():
            (share / "fonts").symlink_to(fonts)
        os.environ["XDG_DATA_HOME"] = str(share)
    if not Path("/etc/fonts/fonts.conf").exists() and (tree / "etc/fonts/fonts.conf").exists():
        os.environ["FONTCONFIG_PATH"] = str(tree / "etc/fonts")
