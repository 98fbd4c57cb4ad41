"""Build the scripts and styles of the first pages beforehand (a child of tools/run.py).

Run by the Python of the environment, with the options of Odoo's command line. Without it the first
visitor of the login page and of the web client would wait for half a minute.
"""

import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

BUNDLES = (
    "web.assets_frontend_minimal",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_web",
    "web.assets_web_print",
)


def build(env) -> None:
    scripts, styles = env["ir.qweb"]._get_bundles_to_pregenarate()
    for number, bundle in enumerate(BUNDLES, 1):
        print(f"{bundle}, {number} of {len(BUNDLES)}", flush=True)
        if bundle in scripts:
            env["ir.qweb"]._get_asset_bundle(bundle, css=False, js=True).js()
        if bundle in styles:
            env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=False).css()


def main() -> None:
    config.parse_config(
        [*sys.argv[1:], "--no-http", "--http-interface=127.0.0.1"], setup_logging=True
    )
    with Registry(config["db_name"][0]).cursor() as cr:
        build(api.Environment(cr, SUPERUSER_ID, {}))


if __name__ == "__main__":
    main()
