from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import is_tile_url

DATUMS = ("wgs84", "gcj02")
MAX_ZOOM = 18
ZOOMS = range(3, 25)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_map_tile_url = fields.Char(
        string="Tile URL",
        config_parameter="sales_map.tile_url",
        help="Address of the pictures that the map is made of, with {z}, {x} and {y} in it. "
        "Keys of the map provider are part of it and are seen by every user.",
    )
    sales_map_attribution = fields.Char(
        string="Attribution",
        config_parameter="sales_map.tile_attribution",
        help="The words that the map provider wants to see on the map.",
    )
    sales_map_datum = fields.Selection(
        selection=[("wgs84", "WGS-84 (worldwide)"), ("gcj02", "GCJ-02 (mainland China)")],
        string="Coordinate System of the Tiles",
        config_parameter="sales_map.tile_datum",
        default="wgs84",
        help="Coordinates are kept in WGS-84, as phones give them. Map providers of mainland "
        "China draw in GCJ-02: then markers are moved by some hundred meters, to fit.",
    )
    sales_map_max_zoom = fields.Integer(
        string="Maximum Zoom", config_parameter="sales_map.max_zoom", default=MAX_ZOOM
    )

    @api.constrains("sales_map_tile_url")
    def _check_sales_map_tile_url(self):
        for settings in self:
            url = settings.sales_map_tile_url
            if url and not is_tile_url(url):
                raise ValidationError(
                    self.env._(
                        "Tile URL: %(url)s cannot be used. It must begin with https:// and a "
                        "host, and have {z}, {x} and {y} after it, as in "
                        "https://tiles.example.com/{z}/{x}/{y}.png",
                        url=url,
                    )
                )

    @api.constrains("sales_map_max_zoom")
    def _check_sales_map_max_zoom(self):
        for settings in self:
            if settings.sales_map_max_zoom not in ZOOMS:
                raise ValidationError(
                    self.env._(
                        "Maximum Zoom: write a number from %(least)s to %(most)s.",
                        least=ZOOMS[0],
                        most=ZOOMS[-1],
                    )
                )
