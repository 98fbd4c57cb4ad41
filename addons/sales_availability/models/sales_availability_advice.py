from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .availability_types import AvailabilityKey, HoldSource


class AdviceSubject(NamedTuple):
    """What is asked for: a key of stock, and how its figures become those of the line."""

    key: AvailabilityKey
    stocked_product: object  # product.product that the figures count
    need: float  # quantity of it in one unit of the product that is sold
    product: object  # product.product that is sold
    uom: object  # uom.uom of the line

    def convert(self, quantity, rounding_method="HALF-UP"):
        return self.product.uom_id._compute_quantity(
            quantity / self.need, self.uom, rounding_method=rounding_method
        )

    def convert_back(self, quantity):
        return self.need * self.uom._compute_quantity(quantity, self.product.uom_id, round=False)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    product_tracking = fields.Selection(related="product_id.tracking")


class SalesAvailabilityAdvice(models.AbstractModel):
    """What a salesperson can do about a line that asks for more than there is."""

    _inherit = "sales.availability"

    @api.model
    def get_line_advice(
        self,
        product_id,
        warehouse_id,
        quantity,
        uom_id=False,
        lot_id=False,
        line_id=False,
        order_id=False,
    ):
        """Return who has what of a product, and when and where else there is enough.

        The line need not be saved: that is what the answer is for. The number of queries does not
        depend on how many documents, warehouses and lots there are.

        :param int product_id: the product that is sold
        :param int warehouse_id: the warehouse that it is taken from
        :param float quantity: what the whole order asks for, in the unit of the line
        :param int uom_id: the unit of the line; without it the product's
        :param int lot_id: the lot that the line asks for, if any
        :param int line_id: the line, if it is saved: what its order holds is not in its way
        :param int order_id: the order, if it is saved and the line is not
        :return: dict with quantities in the unit of the line; empty when the user's companies
            have no such warehouse or product
        :raise AccessError: for portal and public users
        """
        self._check_advice_access()
        sources = self._get_advice_sources(line_id, order_id)
        subjects = self._get_advice_subjects(product_id, warehouse_id, uom_id, lot_id)
        if not subjects:
            return {}
        reading = self.sudo()._read_availability(  # the stock of a warehouse is one
            {subject.key for subject in subjects}, sources
        )
        subject = min(subjects, key=lambda s: reading.get_available(s.key, sources) / s.need)
        return self._prepare_line_advice(subject, quantity, reading, sources)

    @api.model
    def _check_advice_access(self):
        if not self.env.user._is_internal():
            raise AccessError(
                self.env._("What is in stock is shown to employees only. Ask your salesperson.")
            )
        self.env["sale.order.line"].check_access("read")

    @api.model
    def _get_advice_sources(self, line_id, order_id):
        orders = self.env["sale.order.line"].browse(line_id or []).order_id
        orders |= self.env["sale.order"].browse(order_id or [])
        orders.check_access("read")
        return {HoldSource("sale.order.line", id_) for id_ in orders.order_line.ids}

    @api.model
    def _get_advice_subjects(self, product_id, warehouse_id, uom_id, lot_id):
        """Return what the line would take out of stock: the product, or what a kit is made of."""
        warehouse = self.env["stock.warehouse"].search(
            [("id", "=", warehouse_id), ("company_id", "in", self.env.companies.ids)]
        )
        product = self.env["product.product"].search([("id", "=", product_id)])
        if not warehouse or not product:
            return []
        uom = self.env["uom.uom"].browse(uom_id or product.uom_id.id)
        values = {"product_id": product.id, "company_id": warehouse.company_id.id}
        line = self.env["sale.order.line"].new(values)
        needs = {p._origin: need for p, need in line._get_availability_needs().items()}
        lots = {product: lot_id or 0}  # a line names a lot of its own product
        return [
            AdviceSubject(
                AvailabilityKey(warehouse.id, stocked.id, lots.get(stocked, 0)),
                stocked,
                need,
                product,
                uom,
            )
            for stocked, need in needs.items()
        ]

    @api.model
    def _prepare_line_advice(self, subject, quantity, reading, sources):
        available = max(reading.get_available(subject.key, sources), 0.0)
        missing = max(subject.convert_back(quantity) - available, 0.0)
        if subject.stocked_product.uom_id.is_zero(missing):
            missing = 0.0
        terms = self.env["sales.availability.version"]._get_terms_of_keys([subject.key])
        mode = terms[subject.key].get_mode("sale")
        return {
            **self._prepare_advice_figures(subject, reading, sources),
            "mode": mode,
            "asked": quantity,
            "missing": subject.convert(missing, "UP"),
            "uom": subject.uom.name,
            "warehouse": self._get_names("stock.warehouse", {subject.key.warehouse_id})[
                subject.key.warehouse_id
            ],
            "component": subject.stocked_product.display_name
            if subject.stocked_product != subject.product
            else False,
            "holders": self._prepare_advice_holders(subject, sources),
            "enough_date": self._get_advice_date(subject, missing),
            **self._prepare_advice_alternatives(subject),
            "can_queue": bool(missing) and mode in ("stop", "approve"),
        }

    @api.model
    def _prepare_advice_figures(self, subject, reading, sources):
        figures = reading.get_figures(subject.key, sources)
        available = reading.get_available(subject.key, sources)
        return {
            "on_hand": subject.convert(figures.on_hand),
            "frozen": subject.convert(figures.frozen),
            "held": subject.convert(figures.held),
            "incoming": subject.convert(figures.incoming),
            # of a lot that is free, but promised to those who take whatever lot
            "held_of_any_lot": subject.convert(figures.available - available),
            "available": subject.convert(max(available, 0.0), "DOWN"),
        }

    @api.model
    def _get_advice_date(self, subject, missing):
        key = subject.key.of_any_lot
        if not missing or subject.key.lot_id:
            return False
        engine = self.sudo()  # a date only
        date = engine._get_enough_dates({key: missing}).get(key)
        return fields.Datetime.to_string(date) if date else False

    # === WHO HOLDS IT === #

    @api.model
    def _prepare_advice_holders(self, subject, sources):
        engine = self.sudo()  # the names of documents; the user opens those that they may read
        holders = engine._get_holders([subject.key], sources)[subject.key]
        readable = self._get_readable_documents(holders)
        return [
            {
                "document": holder.document,
                "model": holder.model,
                "id": holder.id if (holder.model, holder.id) in readable else False,
                "user": holder.user or False,
                "quantity": subject.convert(holder.quantity),
                "until": fields.Datetime.to_string(holder.until) if holder.until else False,
                "is_quotation": bool(holder.is_quotation),
            }
            for holder in holders
        ]

    @api.model
    def _get_readable_documents(self, holders):
        readable = set()
        for model in {holder.model for holder in holders}:
            if self.env[model].has_access("read"):
                ids = [holder.id for holder in holders if holder.model == model]
                found = self.env[model].search([("id", "in", ids)])
                readable |= {(model, id_) for id_ in found.ids}
        return readable

    # === WHERE ELSE === #

    @api.model
    def _prepare_advice_alternatives(self, subject):
        engine = self.sudo()  # figures of the user's own companies
        found = engine._get_alternatives([subject.stocked_product.id], self.env.companies)
        elsewhere = {
            key: quantity
            for key, quantity in found.items()
            if not key.lot_id and key.warehouse_id != subject.key.warehouse_id
        }
        lots = {
            key: quantity
            for key, quantity in found.items()
            if key.lot_id
            and key.lot_id != subject.key.lot_id
            and key.warehouse_id == subject.key.warehouse_id
        }
        return {
            "warehouses": self._prepare_advice_warehouses(subject, elsewhere),
            "lots": self._prepare_advice_lots(subject, lots),
        }

    @api.model
    def _prepare_advice_warehouses(self, subject, elsewhere):
        names = self._get_names("stock.warehouse", {key.warehouse_id for key in elsewhere})
        return [
            {
                "id": key.warehouse_id,
                "name": names[key.warehouse_id],
                "available": subject.convert(quantity, "DOWN"),
            }
            for key, quantity in sorted(elsewhere.items(), key=lambda entry: -entry[1])
        ]

    @api.model
    def _prepare_advice_lots(self, subject, lots):
        """Return the lots of the warehouse, those first that expire first."""
        if subject.stocked_product != subject.product:
            return []  # a line names a lot of its own product
        records = self.env["stock.lot"].sudo().browse([key.lot_id for key in lots])  # as above
        dates = self._get_lot_expirations(records)
        rows = [
            {
                "id": key.lot_id,
                "name": records.browse(key.lot_id).name,
                "available": subject.convert(quantity, "DOWN"),
                "expiration": dates.get(key.lot_id, False),
            }
            for key, quantity in lots.items()
        ]
        return sorted(rows, key=lambda row: (row["expiration"] or "9999", row["name"]))

    @api.model
    def _get_lot_expirations(self, lots):
        """Return dict {lot id: date as text}, empty without the expiration dates of lots."""
        if "expiration_date" not in lots._fields:
            return {}
        return {
            lot.id: fields.Datetime.to_string(lot.expiration_date)
            for lot in lots
            if lot.expiration_date
        }

    @api.model
    def _get_names(self, model, ids):
        records = self.env[model].sudo().browse(ids)  # names only, of what was found above
        return {record.id: record.display_name for record in records}
