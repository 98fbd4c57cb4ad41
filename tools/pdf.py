"""`make pdf`: a wkhtmltopdf for this project, when the machine has none.

Left out of `make run`, for it is a third party's build (see requirements-pdf.txt): whoever wants
PDF documents decides. A wkhtmltopdf of the machine is preferred by simply not running this.
"""

from __future__ import annotations

import shutil

from . import console, process
from .console import ToolError, say
from .environment import REPOSITORY, cache_folder, ensure_environment, pdf_folder, read_lock
from .python_packages import Packages

LIBRARIES = "libxrender1 libfontconfig1 libxext6 fonts-noto-cjk"


def main() -> None:
    environment = ensure_environment()
    target = pdf_folder(environment.state)
    shutil.rmtree(target, ignore_errors=True)
    packages = Packages(environment.state, cache_folder(), REPOSITORY, read_lock()["uv"])
    packages.install_beside(environment.python, REPOSITORY / "requirements-pdf.txt", target)
    program = target / "wkhtmltopdf"
    program.symlink_to("bin/wkhtmltopdf-pack")
    tried = process.run([program, "--version"])
    if tried.code:
        shutil.rmtree(target)
        raise ToolError(
            f"wkhtmltopdf does not run: apt-get install {LIBRARIES} [{tried.last_line}]"
        )
    say(f"ready: {tried.last_line}. Chinese needs a font: apt-get install fonts-noto-cjk")


if __name__ == "__main__":
    console.run_main(main)
