from collections import defaultdict

from odoo import api, models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    # ------------------------------------------------------------
    # TEMPLATE
    # ------------------------------------------------------------

    @api.model
    def get_import_templates(self):
        return self._prepare_import_templates(self.env._("Template for opening stock"))

    @api.model
    def _get_import_template(self):
        """A stock manager's quantities are on hand at once, a stock user's wait to be applied."""
        applies = self.env.user.has_group("stock.group_stock_manager")
        quantity = "inventory_quantity_auto_apply" if applies else "inventory_quantity"
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        location = warehouse.lot_stock_id.display_name
        names = ["product_id", "location_id", "lot_id", quantity]
        return names, [["P-0001", location, None, 40], ["P-0002", location, "LOT-0001", 120]]

    # ------------------------------------------------------------
    # CHECKS
    # ------------------------------------------------------------

    @api.model
    def _get_import_required_fields(self, mapped_fields):
        """Without a location core takes the stock of the first warehouse."""
        return super()._get_import_required_fields(mapped_fields) - {"location_id"}

    @api.model
    def _get_import_problems(self, values_list):
        problems = super()._get_import_problems(values_list)
        new = [
            (index, values)
            for index, values in enumerate(values_list)
            if values.get("product_id") and not values.get("id")
        ]
        stocked = self._get_stocked_quants([values for _index, values in new])
        seen = set()
        for index, values in new:
            product = self.env["product.product"].browse(values["product_id"])
            key = self._get_import_key(values)
            problem = self._get_import_lot_problem(product, values)
            if not problem and key in seen:
                problem = (
                    "product_id",
                    self.env._(
                        "An earlier row of this file already gives the stock of this product "
                        "at this location. Add the quantities up in one row."
                    ),
                )
            elif not problem and key in stocked:
                problem = (
                    "product_id",
                    self.env._(
                        "%(product)s already has %(quantity)s on hand at %(location)s. "
                        "Opening stock is for products without stock: "
                        "correct the quantity with a physical inventory.",
                        product=product.display_name,
                        quantity=stocked[key].quantity,
                        location=stocked[key].location_id.display_name,
                    ),
                )
            seen.add(key)
            if problem:
                problems.append((index, *problem))
        return problems

    def _get_import_lot_problem(self, product, values):
        lot = values.get("import_lot_name") or values.get("lot_id")
        if product.tracking == "none" and lot:
            return "lot_id", self.env._(
                "%s is not tracked by lot or serial number. Empty this cell, "
                "or switch tracking on for the product.",
                product.display_name,
            )
        if product.tracking != "none" and not lot:
            return "lot_id", self.env._(
                "%s is tracked by lot or serial number. Write its number.", product.display_name
            )
        return None

    @api.model
    def _get_import_location(self, values):
        location = self.env["stock.location"].browse(values.get("location_id") or [])
        return (
            location
            or self.env["stock.warehouse"]
            .search([("company_id", "=", self.env.company.id)], limit=1)
            .lot_stock_id
        )

    @api.model
    def _get_import_key(self, values):
        lot = self.env["stock.lot"].browse(values.get("lot_id") or []).name
        return (
            values["product_id"],
            self._get_import_location(values).id,
            values.get("import_lot_name") or lot or False,
            values.get("package_id") or False,
            values.get("owner_id") or False,
        )

    def _get_stocked_quants(self, values_list):
        """The quants with stock that the rows would add to, by the key of a row."""
        quants = self.search(
            [
                ("product_id", "in", [values["product_id"] for values in values_list]),
                ("location_id.usage", "in", ("internal", "transit")),
                ("quantity", "!=", 0),
            ]
        )
        return {
            (
                quant.product_id.id,
                quant.location_id.id,
                quant.lot_id.name or False,
                quant.package_id.id,
                quant.owner_id.id,
            ): quant
            for quant in quants
        }

    # ------------------------------------------------------------
    # LOTS: created with the stock that they are for
    # ------------------------------------------------------------

    def _convert_checked_records(self, report, records, savepoint):
        """A lot is named together with its product, so its name alone finds no record."""
        names = {}
        for dbid, xid, values, info in super()._convert_checked_records(
            report, self._take_lot_names(records, names), savepoint
        ):
            name = names.get(info["rows"]["from"])
            if name:
                values.pop("lot_id", None)
                values["import_lot_name"] = name
            if not values.get("location_id"):
                values.pop("location_id", None)
            yield dbid, xid, values, info

    @staticmethod
    def _take_lot_names(records, names):
        for record, extras in records:
            lots = record.get("lot_id")
            if lots and lots[0].get(None):
                names[extras["rows"]["from"]] = lots[0][None].strip()
                record = {key: value for key, value in record.items() if key != "lot_id"}
            yield record, extras

    def _load_records_create(self, vals_list):
        self._set_import_lots(vals_list)
        return super()._load_records_create(vals_list)

    def _load_records_write(self, values):
        values.pop("import_lot_name", None)
        return super()._load_records_write(values)

    @api.model
    def _set_import_lots(self, vals_list):
        """Find or create the lots of all rows."""
        wanted = defaultdict(list)
        for vals in vals_list:
            name = vals.pop("import_lot_name", False)
            if name:
                wanted[vals["product_id"], name].append(vals)
        lots = self._get_import_lots(wanted)
        for key, rows in wanted.items():
            for vals in rows:
                vals["lot_id"] = lots[key].id

    def _get_import_lots(self, wanted):
        Lot = self.env["stock.lot"]
        lots = Lot.search(
            [
                ("product_id", "in", [product_id for product_id, _name in wanted]),
                ("name", "in", [name for _product_id, name in wanted]),
            ]
        )
        found = {(lot.product_id.id, lot.name): lot for lot in lots}
        missing = [key for key in wanted if key not in found]
        created = Lot.create(
            [
                {"product_id": product_id, "name": name, "company_id": self.env.company.id}
                for product_id, name in missing
            ]
        )
        return {**found, **dict(zip(missing, created, strict=True))}
