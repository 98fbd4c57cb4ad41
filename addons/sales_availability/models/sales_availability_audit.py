from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .availability_types import AvailabilityKey
from .sales_availability import OPEN_MOVE_STATES

BATCH = 200  # products
FIGURES = ("on_hand", "frozen", "held", "incoming")


class SalesAvailabilityAudit(models.Model):
    """A check of all stored figures against the documents, computed in another way.

    The balances are written by SQL that reads all sources at once; the audit goes through quants,
    moves and documents with Odoo's own methods and adds up in Python. It looks at products without
    marks only: what is marked will be read again anyway.
    """

    _name = "sales.availability.audit"
    _description = "Availability Audit"
    _order = "id DESC"
    _rec_name = "create_date"

    state = fields.Selection(
        [("running", "Running"), ("done", "Done")], default="running", required=True
    )
    last_product_id = fields.Integer(help="Products up to this id have been checked.")
    product_count = fields.Integer(string="Products Checked")
    drift_count = fields.Integer(string="Drifts")
    line_ids = fields.One2many("sales.availability.audit.line", "audit_id")
    user_id = fields.Many2one("res.users", string="Started by", default=lambda self: self.env.uid)

    @api.model
    def action_check_now(self):
        """Check a first part at once, and let the job do the rest."""
        if not self.env.user.has_group("stock.group_stock_manager"):
            raise AccessError(self.env._("Only inventory administrators may start the audit."))
        self.env["sales.availability.balance"]._refresh_marked(4)
        audit = self.sudo().create({"user_id": self.env.uid})  # a log that nobody edits
        if audit._check_batch():
            self.env.ref("sales_availability.ir_cron_audit").sudo()._trigger()  # as above
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": audit.id,
            "view_mode": "form",
        }

    @api.model
    def _run(self):
        """Go on with an audit that is under way, or start one when the last is of yesterday."""
        audit = self.search([("state", "=", "running")], limit=1)
        if not audit:
            recent = fields.Datetime.now() - timedelta(hours=20)
            if self.search_count([("create_date", ">", recent)], limit=1):
                return
            self.env["sales.availability.balance"]._mark_all()
            audit = self.create({})
            self.env["ir.cron"]._commit_progress(0, remaining=1)
            self.env["sales.availability.balance"]._refresh_job()
        while audit._check_batch():
            if not self.env["ir.cron"]._commit_progress(BATCH, remaining=1):
                return
        self.env["ir.cron"]._commit_progress(BATCH, remaining=0)

    def _check_batch(self):
        """Check the next products and return whether some are left."""
        self.ensure_one()
        product_ids = self._get_next_product_ids()
        if not product_ids:
            self._check_holds()
            self.state = "done"
            return False
        drifts = self._get_drifts(self._filter_unmarked(product_ids))
        self.env["sales.availability.audit.line"].create(
            [{"audit_id": self.id, **drift} for drift in drifts]
        )
        self._repair(drifts)
        self.last_product_id = product_ids[-1]
        self.product_count += len(product_ids)
        self.drift_count += len(drifts)
        return True

    def _get_next_product_ids(self):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT product_id FROM (
                    (SELECT DISTINCT product_id FROM sales_availability_balance
                      WHERE product_id > %(last)s ORDER BY product_id LIMIT %(limit)s)
                    UNION
                    (SELECT DISTINCT product_id FROM stock_quant
                      WHERE product_id > %(last)s ORDER BY product_id LIMIT %(limit)s)
                ) AS product ORDER BY product_id LIMIT %(limit)s
                """,
                last=self.last_product_id,
                limit=BATCH,
            )
        )
        return [product_id for (product_id,) in rows]

    def _filter_unmarked(self, product_ids):
        marked = self.env["sales.availability.stale"].search_fetch(
            [("product_res_id", "in", product_ids)], ["product_res_id"]
        )
        return sorted(set(product_ids) - set(marked.mapped("product_res_id")))

    # === BALANCES === #

    def _get_drifts(self, product_ids):
        """Return values of lines for balances that differ from what the documents say."""
        products = self.env["product.product"].browse(product_ids)
        expected = self._get_expected_figures(products)
        stored = self._get_stored_figures(product_ids)
        nothing = (0.0,) * len(FIGURES)
        drifts = []
        for key in sorted(expected.keys() | stored.keys()):
            uom = products.browse(key.product_id).uom_id
            drifts += [
                self._prepare_drift(key, term, found, right)
                for term, found, right in zip(
                    FIGURES, stored.get(key, nothing), expected.get(key, nothing), strict=True
                )
                if uom.compare(found, right)
            ]
        return drifts

    def _prepare_drift(self, key, term, stored, expected):
        return {
            "kind": "balance",
            "warehouse_id": key.warehouse_id,
            "product_id": key.product_id,
            "lot_id": key.lot_id or False,
            "term": term,
            "stored": stored,
            "expected": expected,
        }

    def _get_stored_figures(self, product_ids):
        balances = self.env["sales.availability.balance"].search(
            [("product_id", "in", product_ids)]
        )
        return {
            AvailabilityKey(b.warehouse_id.id, b.product_id.id, b.lot_id.id or 0): tuple(
                b[term] for term in FIGURES
            )
            for b in balances
        }

    def _get_expected_figures(self, products):
        """Add up the documents: dict {AvailabilityKey: (on hand, frozen, held, incoming)}."""
        figures = defaultdict(lambda: [0.0] * len(FIGURES))
        self._add_quants(figures, products)
        self._add_moves(figures, products)
        self._add_holds(figures, products)
        return {key: tuple(values) for key, values in figures.items() if any(values)}

    def _add(self, figures, key, term, quantity):
        for each in {key, key.of_any_lot}:
            figures[each][FIGURES.index(term)] += quantity

    def _add_quants(self, figures, products):
        domain = [("product_id", "in", products.ids), ("location_id.usage", "=", "internal")]
        for quant in self.env["stock.quant"].search(domain):
            warehouse = quant.location_id.warehouse_id
            if warehouse:
                key = AvailabilityKey(warehouse.id, quant.product_id.id, quant.lot_id.id or 0)
                self._add(figures, key, "on_hand", quant.quantity)
                terms = self._get_terms(key)
                if self._is_frozen(quant, terms):
                    self._add(figures, key, "frozen", quant.quantity)

    def _get_terms(self, key):
        product_key = key.of_any_lot
        versions = self.env["sales.availability.version"]
        return versions._get_terms_of_keys([product_key])[product_key]

    def _is_frozen(self, quant, terms):
        """Say in Python what ``_get_frozen_conditions`` says in SQL."""
        return bool(
            (quant.location_id.in_quarantine and not terms.count_quarantine)
            or (quant.lot_id.is_blocked and not terms.count_blocked)
            or (quant.owner_id and not terms.count_owned)
        )

    def _add_moves(self, figures, products):
        domain = [("product_id", "in", products.ids), ("state", "in", OPEN_MOVE_STATES)]
        for move in self.env["stock.move"].search(domain):
            source = move.location_id.warehouse_id
            target = move.location_final_id or move.location_dest_id
            if source and self._is_promise(move, source):
                lot = move.restrict_lot_id
                key = AvailabilityKey(source.id, move.product_id.id, lot.id or 0)
                self._add(figures, key, "held", move.product_qty)
                self._add_picked_lots(figures, move, source)
            if target.warehouse_id and self._is_receipt(move, target):
                key = AvailabilityKey(target.warehouse_id.id, move.product_id.id)
                self._add(figures, key, "incoming", move.product_qty)

    def _is_promise(self, move, warehouse):
        terms = self._get_terms(AvailabilityKey(warehouse.id, move.product_id.id))
        return move._is_promise(terms.count_owned)

    def _add_picked_lots(self, figures, move, warehouse):
        if move.restrict_lot_id:
            return
        for line in move.move_line_ids:
            if line.picked and line.lot_id:
                key = AvailabilityKey(warehouse.id, move.product_id.id, line.lot_id.id)
                figures[key][FIGURES.index("held")] += line.quantity_product_uom

    def _is_receipt(self, move, target):
        chained = move.move_dest_ids.filtered(
            lambda m: (
                m.procure_method == "make_to_order"
                and m.state == "waiting"
                and (m.location_final_id or m.location_dest_id).warehouse_id != target.warehouse_id
            )
        )
        return (
            target.usage == "internal"
            and not target.in_quarantine
            and move.location_id.warehouse_id != target.warehouse_id
            and not move.restrict_partner_id
            and not chained
        )

    def _add_holds(self, figures, products):
        domain = Domain("product_id", "in", products.ids) & (
            Domain("expiry", "=", False) | Domain("expiry", ">", fields.Datetime.now())
        )
        for hold in self.env["sales.availability.hold"].search(domain):
            self._add(figures, hold._get_key(), "held", hold.quantity)

    def _repair(self, drifts):
        """Let balances that differ be read again from the sources."""
        self.env["sales.availability.stale"].create(
            [{"product_res_id": product_id} for product_id in {d["product_id"] for d in drifts}]
        )
        if drifts:
            self.env.ref("sales_availability.ir_cron_refresh_balances")._trigger()

    # === HOLDS === #

    def _check_holds(self):
        """Delete what documents hold that no longer ask for it, and say so."""
        lines = []
        for hold in self.env["sales.availability.hold"].search([("quantity", ">", 0)]):
            asked = self._get_asked_quantity(hold)
            if hold.uom_id.compare(hold.quantity, asked) > 0:
                drift = self._prepare_drift(hold._get_key(), "held", hold.quantity, asked)
                lines.append({"audit_id": self.id, **drift, "kind": "hold"})
                if asked:
                    hold.quantity = asked
                else:
                    hold.unlink()
        self.env["sales.availability.audit.line"].create(lines)
        self.drift_count += len(lines)

    def _get_asked_quantity(self, hold):
        """Return what the line of a hold asks for that only a hold can hold."""
        if hold.sale_line_id:
            items = hold.sale_line_id._get_availability_items()
            items = [item for item in items if not item.is_firm]
        else:
            items = hold.invoice_line_id.move_id._get_availability_items()
            items = [i for i in items if i.is_firm and i.source == hold.source]
        return sum(item.quantity for item in items if item.key == hold._get_key())


class SalesAvailabilityAuditLine(models.Model):
    _name = "sales.availability.audit.line"
    _description = "Drift Found by an Availability Audit"

    audit_id = fields.Many2one("sales.availability.audit", required=True, ondelete="cascade")
    kind = fields.Selection([("balance", "Balance"), ("hold", "Hold")], required=True)
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number", ondelete="cascade")
    term = fields.Selection(
        [
            ("on_hand", "On Hand"),
            ("frozen", "Frozen"),
            ("held", "Held"),
            ("incoming", "Incoming"),
        ],
        required=True,
    )
    stored = fields.Float(digits="Product Unit")
    expected = fields.Float(digits="Product Unit", help="What the documents say. It was repaired.")
