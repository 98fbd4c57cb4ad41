from contextlib import contextmanager

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

from ..models.availability_types import AvailabilityKey


class AvailabilityCommon(BaseCommon):
    """Two warehouses, one that stops and one that warns, and two products with stock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop_warehouse = cls.env["stock.warehouse"].create(
            {"name": "Stopping", "code": "STOP", "availability_mode": "stop"}
        )
        cls.warn_warehouse = cls.env["stock.warehouse"].create(
            {"name": "Warning", "code": "WARN", "availability_mode": "warn"}
        )
        cls.customer = cls.env["res.partner"].create({"name": "Langsu Trading"})
        cls.pump = cls._create_product("Pump", "PUMP")
        cls.valve = cls._create_product("Valve", "VALVE")
        cls._add_stock(cls.pump, cls.stop_warehouse, 40)
        cls._add_stock(cls.valve, cls.stop_warehouse, 10)
        cls.salesperson = new_test_user(
            cls.env, "availability_sales", "sales_team.group_sale_salesman", name="Li Na"
        )

    @classmethod
    def _create_product(cls, name, code, **values):
        return cls.env["product.product"].create(
            {"name": name, "default_code": code, "type": "consu", "is_storable": True, **values}
        )

    @classmethod
    def _add_stock(cls, product, warehouse, quantity, **keys):
        cls.env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, quantity, **keys
        )

    @classmethod
    def _prepare_order(cls, *lines, warehouse=None, **values):
        """Return values of an order; each line is (product, quantity) or with more values."""
        return {
            "partner_id": cls.customer.id,
            "warehouse_id": (warehouse or cls.stop_warehouse).id,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        **(more[0] if more else {}),
                    }
                )
                for product, quantity, *more in lines
            ],
            **values,
        }

    @classmethod
    def _create_order(cls, *lines, **values):
        return cls.env["sale.order"].create(cls._prepare_order(*lines, **values))

    @classmethod
    def _confirm_order(cls, *lines, **values):
        order = cls._create_order(*lines, **values)
        order.action_confirm()
        return order

    @classmethod
    def _deliver(cls, order, quantity=None):
        for picking in order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel")):
            for move in picking.move_ids:
                move.quantity = move.product_uom_qty if quantity is None else quantity
                move.picked = True
            picking.with_context(skip_backorder=True).button_validate()

    @contextmanager
    def assertRefused(self, *texts):
        """Expect a refusal that says the texts in this order, and that nothing is kept."""
        with self.assertRaises(UserError) as refusal:
            yield
        self.assertRegex(refusal.exception.args[0], "(?s)" + ".*".join(texts))

    @classmethod
    def _get_available(cls, product, warehouse=None, lot=None):
        warehouse = warehouse or cls.stop_warehouse
        key = AvailabilityKey(warehouse.id, product.id, lot.id if lot else 0)
        return cls.env["sales.availability"]._read_availability([key]).get_available(key)
