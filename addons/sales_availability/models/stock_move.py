from odoo import api, fields, models
from odoo.exceptions import UserError

from .availability_types import BINDING_MODES, AvailabilityKey, DemandItem, HoldSource
from .availability_watch import suspend_availability
from .sales_availability import OPEN_MOVE_STATES
from .sales_availability_claim import ClaimValues

# Writing one of these may raise what a move takes out of its warehouse.
AVAILABILITY_FIELDS = {
    "location_dest_id",
    "location_final_id",
    "location_id",
    "picking_type_id",
    "procure_method",
    "product_id",
    "product_uom",
    "product_uom_qty",
    "restrict_lot_id",
    "restrict_partner_id",
    "state",
}
DOCUMENT_TYPES = {"outgoing": "delivery", "internal": "transfer"}


class StockMove(models.Model):
    """Moves without a sales order are documents of their own; all are checked when they leave."""

    _name = "stock.move"
    _inherit = ["stock.move", "sales.availability.document"]

    restrict_lot_id = fields.Many2one(
        "stock.lot",
        string="Promised Lot",
        index="btree_not_null",
        ondelete="restrict",
        help="The move takes exactly this lot.",
    )
    availability_invoice_line_id = fields.Many2one(
        "account.move.line",
        string="Invoice Line",
        index="btree_not_null",
        ondelete="set null",
        copy=True,
        help="The invoiced goods that this move delivers.",
    )

    # What holds and what comes is read by product; done moves pile up, open ones do not.
    _open_product_idx = models.Index(
        "(product_id) WHERE state IN ('waiting', 'confirmed', 'partially_available', 'assigned')"
    )

    @api.model_create_multi
    def create(self, vals_list):
        with self.browse()._watch_availability() as watch:
            moves = super().create(vals_list)
            watch.add_new(moves._filter_availability_documents())
        return moves

    def write(self, vals):
        if AVAILABILITY_FIELDS.isdisjoint(vals):
            return super().write(vals)
        documents = self._filter_availability_documents()
        if not documents:  # nearly always: what an order has promised is no document of its own
            return super().write(vals)
        with documents._watch_availability():
            return super().write(vals)

    def _action_confirm(self, *args, **kwargs):
        documents = self._filter_availability_documents()
        if not documents:
            return super()._action_confirm(*args, **kwargs)
        with documents._watch_availability():
            return super()._action_confirm(*args, **kwargs)

    def _action_done(self, *args, **kwargs):
        """Check what leaves. Backorders and next steps that come of it ask for nothing new."""
        self._check_leaving()
        with suspend_availability(self):
            return super()._action_done(*args, **kwargs)

    def _action_cancel(self):
        """What an invoice wanted to deliver is held by the invoice again."""
        invoices = self.availability_invoice_line_id.move_id
        result = super()._action_cancel()
        if invoices:
            invoices._restore_availability_holds()
        return result

    # === DEMAND === #

    def _filter_availability_documents(self):
        return self.filtered(lambda move: move._is_availability_document())

    def _is_availability_document(self):
        """Return whether the move itself promises goods, and no sales order did before it.

        An order that is made in another warehouse's stock promised nothing of that one.
        """
        self.ensure_one()
        return bool(
            self.location_id.usage == "internal"
            and self.sale_line_id.warehouse_id != self.location_id.warehouse_id
            and not self.availability_invoice_line_id
            and self._get_availability_document_type()
            and self.product_id.is_storable
        )

    def _get_availability_document_type(self):
        """Return which mode of the terms applies, None for moves that are not controlled."""
        self.ensure_one()
        if self.scrap_id:
            return "scrap"
        return DOCUMENT_TYPES.get(self.picking_type_id.code)

    def _get_availability_items(self):
        return [item for move in self for item in move._get_promised_items()]

    def _get_promised_items(self):
        if not self._is_promise():
            return []
        lot_id = self.restrict_lot_id._origin.id or 0
        warehouse = self.location_id.warehouse_id
        return [
            DemandItem(
                self._get_hold_source(),
                self._get_availability_document(),
                self._get_availability_document_type(),
                self.state != "draft",
                AvailabilityKey(warehouse._origin.id, self.product_id._origin.id, lot_id),
                self.product_qty,
            )
        ]

    def _is_promise(self, count_owned=False):
        """Return what ``_get_open_move_condition`` says in SQL, drafts included."""
        self.ensure_one()
        target = self.location_final_id or self.location_dest_id
        return bool(
            self.state in ("draft", *OPEN_MOVE_STATES)
            and self._leaves_stock(target)
            and not self.location_id.in_quarantine
            and (count_owned or not self.restrict_partner_id)
            and not (self.procure_method == "make_to_order" and self.state in ("draft", "waiting"))
        )

    def _leaves_stock(self, target):
        warehouse = self.location_id.warehouse_id
        return (
            warehouse and self.location_id.usage == "internal" and target.warehouse_id != warehouse
        )

    def _get_hold_source(self):
        self.ensure_one()
        if self.sale_line_id:
            return HoldSource("sale.order.line", self.sale_line_id._origin.id)
        if self.availability_invoice_line_id:
            return HoldSource("account.move.line", self.availability_invoice_line_id._origin.id)
        return HoldSource("stock.move", self._origin.id or 0)

    def _get_availability_document(self):
        self.ensure_one()
        record = self.scrap_id or self.picking_id or self
        return record._name, record._origin.id or 0

    # === LEAVING === #

    def _check_leaving(self):
        """Refuse to move out what is not here, is frozen, or was promised to someone else."""
        items = [item for move in self for item in move._get_leaving_items()]
        if items:
            self._check_quarantine()
            self._check_items(items)
            self._announce_leaving(items)

    def _announce_leaving(self, items):
        """Let orders leave the quants to this transaction, also where nothing that leaves is held.

        Where it is, the claims of what leaves have said so already.
        """
        terms = self._get_item_terms(items)
        keys = {
            item.key.of_any_lot
            for item in items
            if terms[item].get_mode(item.document_type) not in BINDING_MODES
            and terms[item].get_mode("sale") in BINDING_MODES
        }
        if keys:
            Claim = self.env["sales.availability.claim"].sudo()  # nobody else may write claims
            source = HoldSource(self._name, 0)
            with Claim._open_claims(keys) as cursor:
                Claim._insert_claims(
                    cursor, [ClaimValues(source, key, 0.0, is_reserving=True) for key in keys]
                )

    def _get_leaving_items(self):
        document_type = self._get_availability_document_type()
        if not (
            document_type
            and self.state not in ("done", "cancel")
            and self.picked
            and self.product_id.is_storable
            and self._leaves_stock(self.location_dest_id)
        ):
            return []
        return [
            DemandItem(
                self._get_hold_source(),
                self._get_availability_document(),
                document_type,
                True,
                line._get_availability_key(),
                line.quantity_product_uom,
                is_leaving=True,
            )
            for line in self.move_line_ids
            if line._is_leaving()
        ]

    def _get_leaving_shortages(self):
        """Return where the moves take out too much, as (``Shortage``, mode)."""
        return self._get_controlled_shortages(
            [item for move in self for item in move._get_leaving_items()]
        )

    def _check_quarantine(self):
        """Goods in quarantine may be scrapped or moved elsewhere, not delivered."""
        lines = self.move_line_ids.filtered(
            lambda line: (
                line.picked
                and line.location_id.in_quarantine
                and line.move_id._get_availability_document_type() == "delivery"
            )
        )
        modes = self._get_item_modes([i for m in lines.move_id for i in m._get_leaving_items()])
        if "stop" in modes.values():
            raise UserError(
                self.env._(
                    "%(product)s lies in %(location)s, which is a quarantine, and cannot be "
                    "delivered. Take it from another location, or move it out of the quarantine "
                    "first.",
                    product=lines[0].product_id.display_name,
                    location=lines[0].location_id.complete_name,
                )
            )

    # === MESSAGE === #

    def _get_shortage_title(self):
        if self.scrap_id:
            return self.env._("This scrap order takes more than is available:")
        return self.env._("This transfer takes more than is available:")
