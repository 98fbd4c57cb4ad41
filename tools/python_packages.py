"""The virtual environment: made and filled by uv from locks with checksums.

uv itself comes by pip, pinned by checksum as well. A bare Debian has neither pip nor the module
that would bring it (python3-venv, ensurepip): then pip's wheel is taken from Debian's own package,
unpacked. Settings of the machine's pip (another index, constraints) do not matter: the configured
index is tried, then the standard one; the checksums decide what is right.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import subprocess
import tempfile
import zipfile
from pathlib import Path

from . import debian, process
from .console import ToolError, step
from .odoo_tree import Tree

LAYOUT = "1"
INSTALLER = "sales-cycle"
CA_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
)
OWN_CERTIFI = """\
import os
from pathlib import Path

def where(): return os.environ["PIP_CERT"]

def contents(): return Path(where()).read_text()
"""
NO_NETWORK = (
    "check the network (and PIP_INDEX_URL, when this machine has an index of its own) "
    "and run it again."
)


def _ca_bundle(state: Path, cache: Path) -> str:
    """Certificates for https: the caller's, the machine's, else Debian's package, unpacked."""
    named = [os.environ.get(name) for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")]
    for path in (*named, *CA_BUNDLES, ssl.get_default_verify_paths().cafile):
        if path and os.path.exists(path):
            return path
    folder = debian.fetch_packages(["ca-certificates"], state / "debian/ca", cache)
    bundle = folder / "bundle.crt"
    single = sorted((folder / "usr/share/ca-certificates").rglob("*.crt"))
    bundle.write_bytes(b"\n".join(path.read_bytes() for path in single))
    return str(bundle)


class Packages:
    def __init__(self, state: Path, cache: Path, repository: Path, uv_pin: dict):
        self.state = state
        self.cache = cache
        self.uv_pin = uv_pin
        self.venv = state / "venv"
        self.python = self.venv / "bin/python"
        self.lock = repository / "requirements.txt"
        self.dev_lock = repository / "requirements-dev.txt"
        self.made_anew = False
        self._identity = ""
        self._environ: dict[str, str] = {}

    def ensure(self, base: str, tree: Tree, dev: bool) -> Path:
        """Have the packages; `seal` must follow when `made_anew` says so."""
        texts = (LAYOUT, self.lock.read_text(encoding="utf-8"), base, str(tree.root), tree.identity)
        self._identity = self._digest(*texts)
        if not self._has_stamp(".stamp", self._identity):
            self._make(base, tree)
        if dev:
            self._ensure_dev()
        return self.python

    @staticmethod
    def _digest(*parts: str) -> str:
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _has_stamp(self, name: str, content: str) -> bool:
        stamp = self.venv / name
        return (
            stamp.exists() and stamp.read_text(encoding="ascii") == content and self.python.exists()
        )

    def seal(self) -> None:
        (self.venv / ".stamp").write_text(self._identity, encoding="ascii")

    def _make(self, base: str, tree: Tree) -> None:
        shutil.rmtree(self.venv, ignore_errors=True)
        uv = self._ensure_uv(base)
        process.succeed(
            [uv, "venv", "--quiet", "--no-project", "--python", base, self.venv],
            "The virtual environment cannot be made.",
            env=self._environ,
        )
        self._install(uv, self.lock, "Installing Python packages")
        self._add_odoo(tree)
        self.made_anew = True

    def _ensure_dev(self) -> None:
        stamp = self._digest(self.dev_lock.read_text(encoding="utf-8"))
        if self._has_stamp(".stamp-dev", stamp):
            return
        uv = self._ensure_uv(os.path.realpath(self.python))
        self._install(uv, self.dev_lock, "Installing the packages that lint and tests need")
        (self.venv / ".stamp-dev").write_text(stamp, encoding="ascii")

    # ---- uv and the indexes ------------------------------------------------------------------

    def _base_environ(self) -> dict[str, str]:
        foreign = ("PYTHON", "PIP_", "UV_", "VIRTUAL_ENV", "CONDA")
        environ = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        environ.setdefault("HOME", str(self.state))
        bundle = _ca_bundle(self.state, self.cache)
        environ |= {"SSL_CERT_FILE": bundle, "REQUESTS_CA_BUNDLE": bundle, "PIP_CERT": bundle}
        return environ | {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "PIP_RETRIES": "2",
            "UV_NO_CONFIG": "1",
            "UV_SYSTEM_CERTS": "1",
            "UV_LINK_MODE": "copy",
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_CACHE_DIR": str(self.cache / "uv"),
        }

    @staticmethod
    def _configured_index(base: str) -> str:
        for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
            if os.environ.get(name):
                return os.environ[name]
        asked = subprocess.run(
            [base, "-m", "pip", "config", "get", "global.index-url"],
            capture_output=True,
            text=True,
            check=False,
        )
        return asked.stdout.strip() if not asked.returncode else ""

    def _index_choices(self, base: str) -> list[dict[str, str]]:
        """Environments to try in turn: with the configured index, then with the standard one."""
        configured = self._configured_index(base)
        chosen = {"PIP_INDEX_URL": configured, "UV_DEFAULT_INDEX": configured}
        return [chosen, {}] if configured else [{}]

    def _pip(self, base: str) -> list:
        """A pip that runs: the machine's, the one that Python carries, or Debian's wheel of it."""
        for command in ([base, "-m", "pip"], self._carried_pip(base)):
            if command and not process.run([*command, "--version"], env=self._environ).code:
                return command
        return [base, self._unpack_debian_pip() / "pip"]

    def _unpack_debian_pip(self) -> Path:
        folder = debian.fetch_packages(["python3-pip-whl"], self.state / "debian/pip", self.cache)
        unpacked = folder / "unpacked"
        with zipfile.ZipFile(next(folder.glob("usr/share/python-wheels/pip-*.whl"))) as wheel:
            wheel.extractall(unpacked)
        # Debian's pip reads the machine's certificates at once; a bare machine has none.
        (unpacked / "pip/_vendor/certifi/core.py").write_text(OWN_CERTIFI, encoding="ascii")
        return unpacked

    @staticmethod
    def _carried_pip(base: str) -> list | None:
        code = "import ensurepip, pathlib; print(pathlib.Path(ensurepip.__file__).parent)"
        asked = subprocess.run([base, "-c", code], capture_output=True, text=True, check=False)
        folder = Path(asked.stdout.strip() or os.devnull) / "_bundled"
        wheel = next(folder.glob("pip-*.whl"), None)
        return [base, wheel / "pip"] if wheel else None

    def _ensure_uv(self, base: str) -> Path:
        self._environ = self._environ or self._base_environ()
        folder = self.state / f"uv-{self.uv_pin['version']}"
        uv = folder / "bin/uv"
        if not uv.exists():
            with step(f"Fetching uv {self.uv_pin['version']}"):
                self._fetch_uv(base, folder)
        return uv

    def _fetch_uv(self, base: str, folder: Path) -> None:
        pip = self._pip(base)
        self.state.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.state, prefix=".uv-") as work:
            pins = "".join(f" --hash=sha256:{digest}" for digest in self.uv_pin["sha256"])
            requirements = Path(work, "uv.txt")
            requirements.write_text(f"uv=={self.uv_pin['version']}{pins}\n", encoding="ascii")
            target = Path(work, "uv")
            options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
            self._try_indexes(
                [*pip, "install", *options, "--target", target, "-r", requirements],
                base,
                "uv cannot be had from the Python package index:",
            )
            shutil.rmtree(folder, ignore_errors=True)
            target.rename(folder)

    def install_beside(self, python: Path, lock: Path, target: Path) -> None:
        """Install a lock into a folder of its own."""
        uv = self._ensure_uv(os.path.realpath(python))
        self._install(uv, lock, f"Installing the packages of {lock.name}", "--target", target)

    def _install(self, uv: Path, lock: Path, text: str, *options) -> None:
        command = [uv, "pip", "install", "--no-deps", "--require-hashes", "--no-progress"]
        with step(text):
            self._try_indexes(
                [*command, "--python", self.python, *options, "-r", lock],
                os.path.realpath(self.python),
                f"The packages of {lock.name} cannot be installed:",
            )

    def _try_indexes(self, command: list, base: str, failure: str) -> None:
        for choice in self._index_choices(base):
            result = process.run(command, env={**self._environ, **choice})
            if not result.code:
                return
        raise ToolError(f"{failure} {self._reason(result)}")

    @staticmethod
    def _reason(result: process.Result) -> str:
        text = " ".join(result.text.split())
        if any(mark in text for mark in ("No space left", "File too large", "os error 28")):
            return "the disk is full: free some space and run it again."
        if "hash mismatch" in text.lower() or "DO NOT MATCH" in text:
            return f"a package does not have its pinned checksum, nothing of it was used. {text}"
        if "certificate" in text.lower():
            return (
                "the certificate of the package index is not trusted here: set SSL_CERT_FILE to "
                f"the file with your organisation's certificates. [{result.last_line[:300]}]"
            )
        return f"{NO_NETWORK} [{result.last_line[:300]}]"

    # ---- Odoo in it --------------------------------------------------------------------------

    def _add_odoo(self, tree: Tree) -> None:
        """`import odoo`, the command `odoo`, and "odoo 19.0" for pip."""
        site = next(self.venv.glob("lib/python3.*/site-packages"))
        (site / "odoo19.pth").write_text(f"{tree.root}\n", encoding="utf-8")
        info = site / "odoo-19.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n")
        (info / "INSTALLER").write_text(f"{INSTALLER}\n")
        (info / "RECORD").write_text("")
        script = self.venv / "bin/odoo"
        script.write_text(f"#!{self.python}\nfrom odoo.cli import main\n\nmain()\n")
        script.chmod(0o755)
        process.succeed(
            [self.python, "-I", "-c", "import odoo.release as r; assert r.series == '19.0'"],
            "Odoo does not start in the new environment.",
            cwd="/",
        )
