from odoo import api, fields, models


class StockWarehouse(models.Model):
    _name = "stock.warehouse"
    _inherit = ["stock.warehouse", "sales.availability.policy"]

    availability_rule_ids = fields.One2many(
        "sales.availability.rule", "warehouse_id", string="Availability Rules of Categories"
    )

    def _get_policy_key(self):
        self.ensure_one()
        return self.id, 0

    def _may_refuse(self, document_type):
        """Return whether a document of the type may be refused, for some products at least."""
        self.ensure_one()
        policies = [self, *self.availability_rule_ids]
        return any(p._get_terms().get_mode(document_type) in ("stop", "approve") for p in policies)

    @api.model
    def _publish_missing_availability_versions(self):
        """Give each warehouse of an existing database the version its documents refer to."""
        every = self.with_context(active_test=False).search([("id", ">", 0)])
        every._publish_availability_versions()
