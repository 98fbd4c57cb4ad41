"""Who else wants goods that are re-allocated, and how all who do introduce themselves."""

from odoo import api, models

from .availability_allocation import AllocationDemand


class SalesAvailability(models.AbstractModel):
    _inherit = "sales.availability"

    @api.model
    def _get_demands(self, key):
        """Quotations that wait for goods can win them, too."""
        demands = super()._get_demands(key)
        holding = {demand.source for demand in demands}
        orders = self.env["sale.order"].search(
            [("availability_queue_state", "=", "queued"), ("state", "in", ("draft", "sent"))]
        )
        return demands + [
            AllocationDemand(i.source, "quotation", i.key.lot_id, i.quantity, 0.0, 0.0, i.quantity)
            for i in orders._get_queued_items()
            if i.key.of_any_lot == key.of_any_lot
            and key.lot_id in (0, i.key.lot_id)
            and i.source not in holding
        ]


class StockMove(models.Model):
    _inherit = "stock.move"

    def _prepare_demand_document(self):
        self.ensure_one()
        order = self.sale_line_id.order_id
        invoice = self.availability_invoice_line_id.move_id
        document = order or invoice or self.picking_id or self
        return {
            "document_model": document._name,
            "document_res_id": document.id,
            "document_name": document.display_name,
            "partner_id": (order or invoice or self.picking_id).partner_id.id,
            "user_id": (order.user_id or invoice.invoice_user_id or self.picking_id.user_id).id,
            "promised_date": order.commitment_date or self.date_deadline or self.date,
            "ordered_date": order.date_order or self.create_date,
            "priority": self.priority or "0",
        }


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _prepare_demand_document(self):
        self.ensure_one()
        invoice = self.move_id
        return {
            "document_model": invoice._name,
            "document_res_id": invoice.id,
            "document_name": invoice.display_name,
            "partner_id": invoice.partner_id.id,
            "user_id": invoice.invoice_user_id.id,
            "promised_date": invoice.delivery_date or invoice.invoice_date,
            "ordered_date": invoice.invoice_date,
            "priority": "0",
        }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_demand_document(self):
        self.ensure_one()
        order = self.order_id
        return {
            "document_model": order._name,
            "document_res_id": order.id,
            "document_name": order.display_name,
            "partner_id": order.partner_id.id,
            "user_id": order.user_id.id,
            "promised_date": order.commitment_date or order.date_order,
            "ordered_date": order.date_order,
            "priority": "0",
        }
