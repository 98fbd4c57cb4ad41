from odoo import models

from ..tools import is_tile_url
from .res_config_settings import DATUMS, MAX_ZOOM


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        info = super().session_info()
        if info["is_internal_user"]:
            info["sales_map"] = self._get_sales_map_settings()
        return info

    def _get_sales_map_settings(self):
        """Return what the map needs to know; an address that does not pass is not sent."""
        get = self.env["ir.config_parameter"].sudo().get_param  # the keys of the map only
        url = get("sales_map.tile_url") or ""
        zoom = get("sales_map.max_zoom") or ""
        datum = get("sales_map.tile_datum")
        return {
            "tile_url": url if is_tile_url(url) else "",
            "attribution": get("sales_map.tile_attribution") or "",
            "datum": datum if datum in DATUMS else "wgs84",
            "max_zoom": int(zoom) if zoom.isdecimal() else MAX_ZOOM,
        }
