from odoo import models

from odoo.addons.sales_customer_pool.models.sales_customer_pool_triggers import (
    create_mark_trigger,
)

COLUMNS = ("commercial_partner_id", "state", "date_end")
CUSTOMERS = """
    SELECT id
      FROM (VALUES (NEW.commercial_partner_id), (OLD.commercial_partner_id)) customer (id)
     WHERE id IS NOT NULL"""


class SalesContract(models.Model):
    _inherit = "sales.contract"

    def init(self):
        """Let the due date of a customer be worked out again when its contracts change."""
        result = super().init()
        create_mark_trigger(self.env.cr, "sales_contract", COLUMNS, CUSTOMERS)
        return result
