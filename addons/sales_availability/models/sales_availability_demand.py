"""How the sources of demands introduce themselves on a re-allocation."""

from odoo import models


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
