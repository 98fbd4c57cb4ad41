from odoo import api, models
from odoo.fields import Command

from ..company.tables import read_table

OPENING_AGE = 190  # days: before the first order
# Shares of the opening stock, and of the shelf life that is left today (with FEFO the first is
# nearly gone).
LOTS = ((0.3, 0.08), (0.3, 0.4), (0.4, 0.7))
OPERATIONS = (
    ("in_type_id", "Receipts", "收货"),
    ("out_type_id", "Delivery Orders", "发货单"),
    ("int_type_id", "Internal Transfers", "内部调拨"),
)
# supplier, warehouse, days from today, {product: quantity}
RECEIPTS = (
    ("cables", "shanghai", 5, {"cable_servo_5m": 120, "cable_encoder_5m": 100}),
    ("control", "chengdu", 9, {"plc_cpu": 60, "hmi_10": 30, "plc_di16": 40}),
    ("chem", "chengdu", 3, {"grease_ep2": 200, "adhesive_thread": 100}),
)


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_stock(self):
        self._load_warehouses()
        self._load_opening_stock()
        self._load_receipts()

    # === WAREHOUSES === #

    @api.model
    def _load_warehouses(self):
        for row in read_table("warehouses"):
            warehouse = self._get_unused_warehouse() if row["key"] == "chengdu" else None
            values = self._prepare_warehouse(row)
            if warehouse:
                warehouse.write(values)
            else:
                warehouse = self.env["stock.warehouse"].create(values)
            self._name_records("warehouse", [row["key"]], warehouse)
            self._name_operations(warehouse)
        for row in read_table("users"):
            user = self._ref("user", row["key"])
            user.property_warehouse_id = self._ref("warehouse", row["warehouse"])

    @api.model
    def _name_operations(self, warehouse):
        """Name them in both languages: Odoo names them once, in the language of who installs."""
        warehouse.lot_stock_id.name = "Stock"
        warehouse.int_type_id.active = True
        for field, english, chinese in OPERATIONS:
            warehouse[field].name = english
            self._translate_names(warehouse[field], [chinese])

    @api.model
    def _get_unused_warehouse(self):
        """Return the warehouse that every company is born with, when nothing was moved there."""
        warehouse = self.env.ref("stock.warehouse0", raise_if_not_found=False)
        if warehouse and not self.env["stock.move"].search_count(
            [("company_id", "=", warehouse.company_id.id)], limit=1
        ):
            return warehouse
        return None

    @api.model
    def _prepare_warehouse(self, row):
        partner = self.env["res.partner"].create(
            {
                **self._prepare_address(row),
                "parent_id": self.env.company.partner_id.id,
                "company_type": "person",
                "type": "delivery",
            }
        )
        return {
            "name": row["name"],
            "code": row["code"],
            "partner_id": partner.id,
            "availability_mode": row["mode"],
        }

    # === OPENING STOCK === #

    @api.model
    def _load_opening_stock(self):
        """Count both warehouses half a year ago, through an inventory adjustment."""
        products = {row["key"]: row for row in read_table("products")}
        counts = []
        for (warehouse, key), quantity in self._get_order_plan().get_opening_stock().items():
            counts += self._prepare_counts(warehouse, products[key], quantity)
        self._set_lots(counts)
        quants = self.env["stock.quant"].with_context(inventory_mode=True).create(counts)
        quants.action_apply_inventory(date=self._get_time(OPENING_AGE))
        self._report_progress("stock", len(quants), len(quants))

    @api.model
    def _prepare_counts(self, warehouse, row, quantity):
        """Return values of quants, each with the values of its lot under ``lot_id``."""
        product = self._ref("product", row["key"])
        location = self._ref("warehouse", warehouse).lot_stock_id
        return [
            {
                "product_id": product.id,
                "location_id": location.id,
                "inventory_quantity": part,
                "lot_id": lot,
            }
            for part, lot in self._split_in_lots(warehouse, row, product, quantity)
        ]

    @api.model
    def _split_in_lots(self, warehouse, row, product, quantity):
        if row["tracking"] == "serial":
            names = [f"{row['code']}-{warehouse[0].upper()}{n:04d}" for n in range(int(quantity))]
            return [(1.0, self._prepare_lot(product, name, row, 1)) for name in names]
        if row["tracking"] != "lot":
            return [(quantity, None)]
        parts = [float(int(quantity * share)) for share, _left in LOTS[:-1]]
        parts.append(quantity - sum(parts))
        return [
            (part, self._prepare_lot(product, self._get_lot_name(warehouse, row, n), row, left))
            for n, (part, (_share, left)) in enumerate(zip(parts, LOTS, strict=True), 1)
        ]

    @api.model
    def _get_lot_name(self, warehouse, row, number):
        day = self._get_time(OPENING_AGE + 40 * (4 - number))
        return f"{row['code'].split('-')[1]}-{day:%y%m%d}{warehouse[0].upper()}{number}"

    @api.model
    def _prepare_lot(self, product, name, row, left):
        values = {"name": name, "product_id": product.id, "company_id": self.env.company.id}
        if row["shelf_days"]:
            values["expiration_date"] = self._get_time(-int(int(row["shelf_days"]) * left))
        return values

    @api.model
    def _set_lots(self, counts):
        """Create all lots in one batch and put their ids in place of their values."""
        tracked = [values for values in counts if values["lot_id"]]
        lots = self.env["stock.lot"].create([values["lot_id"] for values in tracked])
        for values, lot in zip(tracked, lots, strict=True):
            values["lot_id"] = lot.id

    # === RECEIPTS === #

    @api.model
    def _load_receipts(self):
        """Announce goods that are still to come."""
        pickings = self.env["stock.picking"].create(
            [self._prepare_receipt(*receipt) for receipt in RECEIPTS]
        )
        pickings.action_confirm()
        self._name_records("receipt", [supplier for supplier, *_rest in RECEIPTS], pickings)

    @api.model
    def _prepare_receipt(self, supplier, warehouse, days, quantities):
        operation = self._ref("warehouse", warehouse).in_type_id
        locations = {
            "location_id": self.env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": operation.default_location_dest_id.id,
        }
        scheduled = self._get_time(-days)
        return {
            **locations,
            "partner_id": self._ref("supplier", supplier).id,
            "picking_type_id": operation.id,
            "scheduled_date": scheduled,
            "move_ids": [
                Command.create(
                    {
                        **locations,
                        "product_id": self._ref("product", key).id,
                        "product_uom_qty": quantity,
                        "date": scheduled,
                    }
                )
                for key, quantity in quantities.items()
            ],
        }
