from odoo import models
from odoo.exceptions import UserError

from odoo.addons.stock.models.stock_rule import ProcurementException

from .availability_watch import watch_apart


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _get_custom_move_fields(self):
        return [*super()._get_custom_move_fields(), "restrict_lot_id"]

    def _run_pull(self, procurements):
        """Report goods that a replenishment cannot take, as core reports what it cannot find.

        So the scheduler goes on with the others and leaves an activity where a refusal would stop
        all of it.
        """
        apart = [p for p in procurements if self._is_availability_checked(*p)]
        result = super()._run_pull([p for p in procurements if p not in apart])
        errors = []
        for procurement, rule in apart:
            try:
                with self.env.cr.savepoint(), watch_apart(self.env["stock.move"]):
                    super()._run_pull([(procurement, rule)])
            except UserError as error:
                if not getattr(error, "is_availability_shortage", False):
                    raise
                errors.append((procurement, error.args[0]))
        if errors:
            raise ProcurementException(errors)
        return result

    def _is_availability_checked(self, procurement, rule):
        """Return whether the rule makes moves that promise stock of a warehouse that refuses."""
        code = rule.picking_type_id.code
        warehouse = rule.location_src_id.warehouse_id
        return bool(
            code in ("outgoing", "internal")
            and not procurement.values.get("sale_line_id")
            and warehouse
            and warehouse.sudo()._may_refuse("delivery" if code == "outgoing" else "transfer")
        )
