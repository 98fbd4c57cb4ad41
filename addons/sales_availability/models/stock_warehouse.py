from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    availability_mode = fields.Selection(
        selection=[
            ("off", "Off"),
            ("warn", "Warn"),
            ("stop", "Stop"),
        ],
        string="Availability Control",
        default="warn",
        # Not required in the database: while another addon is upgraded, a warehouse can be created
        # before this one is loaded. A warehouse without a mode warns.
        help="What happens when a sales order asks for more than is available in this warehouse.\n"
        "Off: nothing is checked.\n"
        "Warn: the order can be saved, its lines show what is missing.\n"
        "Stop: the order cannot be saved.",
    )
