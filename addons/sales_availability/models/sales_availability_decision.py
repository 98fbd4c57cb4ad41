from datetime import timedelta

from odoo import api, fields, models
from odoo.modules import module

OUTCOMES = [
    ("allowed", "Allowed"),
    ("warned", "Warned"),
    ("released", "Released"),
    ("refused", "Refused"),
]
DOCUMENT_TYPE_NAMES = [
    ("sale", "Sales Order"),
    ("delivery", "Delivery"),
    ("transfer", "Transfer"),
    ("invoice", "Invoice"),
    ("scrap", "Scrap"),
]


class SalesAvailabilityDecision(models.Model):
    """What the availability control said to a document, by which version of the terms.

    Ids are plain numbers: a document that was refused when it was first saved does not exist.
    """

    _name = "sales.availability.decision"
    _description = "Availability Decision"
    _order = "id DESC"
    _log_access = False
    _rec_name = "document_name"

    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one("res.users", ondelete="set null")
    document_type = fields.Selection(DOCUMENT_TYPE_NAMES, required=True)
    document_model = fields.Char(required=True)
    document_res_id = fields.Many2oneReference(
        string="Document", model_field="document_model", index=True
    )
    document_name = fields.Char()
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number", ondelete="set null")
    asked = fields.Float(digits="Product Unit")
    available = fields.Float(digits="Product Unit")
    mode = fields.Selection(
        [("warn", "Warn"), ("approve", "Approve"), ("stop", "Stop")], required=True
    )
    outcome = fields.Selection(OUTCOMES, required=True)
    version_id = fields.Many2one("sales.availability.version", string="Terms", ondelete="set null")

    @api.model
    def _log_refusals(self, vals_list):
        """Keep refusals although the transaction that was refused is rolled back.

        After the rollback, because another connection could wait for a row that this one has
        locked. A refusal that the caller survives (a savepoint) is his to deal with.
        """
        if module.current_test:
            # Odoo's tests run in one transaction, which another connection cannot see into.
            self.create(vals_list).flush_recordset()
        else:
            self.env.cr.postrollback.add(lambda: self._create_apart(vals_list))

    @api.model
    def _create_apart(self, vals_list):
        with self.env.registry.cursor() as cursor:
            decisions = self.with_env(self.env(cr=cursor))
            products = decisions.env["product.product"].browse({v["product_id"] for v in vals_list})
            ids = set(products.exists().ids)  # one that came with the refused document is gone
            decisions.create([vals for vals in vals_list if vals["product_id"] in ids])

    @api.autovacuum
    def _gc_decisions(self):
        """Forget decisions after the days that the parameter names; 0 keeps them for ever."""
        parameters = self.env["ir.config_parameter"].sudo()
        days = int(parameters.get_param("sales_availability.decision_days", 400))
        if days:
            limit = fields.Datetime.now() - timedelta(days=days)
            self.search([("date", "<", limit)], limit=10_000).unlink()
