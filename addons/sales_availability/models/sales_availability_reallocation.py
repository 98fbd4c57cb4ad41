from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Command
from odoo.tools import SQL, clean_context

from .availability_allocation import (
    AllocationDemand,
    AllocationEntry,
    AllocationSupply,
    allocate,
    get_serving_order,
)
from .availability_types import AvailabilityKey, HoldSource
from .sales_availability_claim import ClaimValues

MANAGER_GROUPS = ("sales_team.group_sale_manager", "stock.group_stock_manager")
# What a manager may write: who comes first. All figures are read and computed by the server.
SUBJECT_FIELDS = {"warehouse_id", "product_id", "lot_id"}
EDITABLE_FIELDS = SUBJECT_FIELDS | {"order_by", "line_ids"}
EDITABLE_LINE_FIELDS = {"sequence", "strategy"}
# Simulations that nobody applied are deleted after so many days.
SIMULATION_DAYS = 7


class SalesAvailabilityReallocation(models.Model):
    """Decide who gets goods first, see who wins and who loses, then apply it.

    A simulation is a record like any other, so that what was applied stays as history: who gave
    what to whom, and what it was before. The figures are those of the moment they were read;
    applying reads them again and refuses when they are no longer the same.
    """

    _name = "sales.availability.reallocation"
    _description = "Re-allocation of Goods"
    _order = "id desc"
    _check_company_auto = True

    state = fields.Selection(
        [("draft", "Simulation"), ("applied", "Applied")],
        default="draft",
        required=True,
        readonly=True,
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.user._get_default_warehouse_id(),
    )
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="cascade",
        domain=[("is_storable", "=", True)],
        check_company=True,
    )
    lot_id = fields.Many2one(
        "stock.lot",
        string="Lot/Serial Number",
        ondelete="cascade",
        domain="[('product_id', '=', product_id)]",
        help="Empty: all lots of the product.",
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    tracking = fields.Selection(related="product_id.tracking")
    order_by = fields.Selection(
        [
            ("priority", "Delivery priority, then promised date"),
            ("promised", "Promised date"),
            ("ordered", "Order date"),
            ("hand", "By hand"),
        ],
        string="Who Comes First",
        default="priority",
        required=True,
    )
    line_ids = fields.One2many("sales.availability.reallocation.line", "reallocation_id")
    supply = fields.Json(readonly=True)
    read_date = fields.Datetime(string="Figures of", readonly=True)
    usable = fields.Float(
        string="Usable on Hand",
        digits="Product Unit",
        readonly=True,
        help="On hand less frozen, less what moves inside of the warehouse have reserved.",
    )
    asked = fields.Float(compute="_compute_totals", digits="Product Unit")
    has_now = fields.Float(compute="_compute_totals", digits="Product Unit")
    quantity = fields.Float(string="Gets", compute="_compute_totals", digits="Product Unit")
    left = fields.Float(string="Free After", compute="_compute_totals", digits="Product Unit")
    winner_count = fields.Integer(string="Winners", compute="_compute_counts", store=True)
    loser_count = fields.Integer(string="Losers", compute="_compute_counts", store=True)
    user_id = fields.Many2one("res.users", string="Applied by", readonly=True)
    date = fields.Datetime(string="Applied on", readonly=True)
    undo_of_id = fields.Many2one(
        "sales.availability.reallocation", string="Undoes", readonly=True, index="btree_not_null"
    )
    undo_ids = fields.One2many("sales.availability.reallocation", "undo_of_id")
    is_undone = fields.Boolean(compute="_compute_is_undone")

    @api.depends("product_id", "warehouse_id")
    def _compute_display_name(self):
        for record in self:
            names = (record.product_id.display_name, record.warehouse_id.name)
            record.display_name = " / ".join(filter(None, names))

    @api.depends("line_ids.quantity", "usable")
    def _compute_totals(self):
        for record in self:
            lines = record.line_ids
            record.asked = sum(lines.mapped("asked"))
            record.has_now = sum(lines.mapped("has_now"))
            record.quantity = sum(lines.mapped("quantity"))
            record.left = max(record.usable - record.quantity, 0.0)

    @api.depends("line_ids.outcome")
    def _compute_counts(self):
        for record in self:
            outcomes = record.line_ids.mapped("outcome")
            record.winner_count = outcomes.count("win")
            record.loser_count = outcomes.count("lose")

    @api.depends("undo_ids.state")
    def _compute_is_undone(self):
        for record in self:
            record.is_undone = "applied" in record.undo_ids.mapped("state")

    @api.onchange("product_id")
    def _onchange_product_id(self):
        if self.lot_id.product_id != self.product_id:
            self.lot_id = False

    @api.onchange("order_by")
    def _onchange_order_by(self):
        for number, line in enumerate(self._get_sorted_lines(), 1):
            line.sequence = number
        self._allocate()

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        """Who moves a line by hand orders by hand."""
        placed = self.line_ids.sorted("sequence")
        if self.order_by != "hand" and list(placed) != list(self._get_sorted_lines()):
            self.order_by = "hand"
        self._allocate()

    # === RIGHTS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_editable_fields({name for vals in vals_list for name in vals})
        # Defaults come from the client, too.
        clean = self.with_context(clean_context(self.env.context))
        records = super(SalesAvailabilityReallocation, clean).create(vals_list)
        records._simulate()
        return records

    def write(self, vals):
        self._check_editable_fields(vals)
        result = super().write(vals)
        if not SUBJECT_FIELDS.isdisjoint(vals):
            self._simulate()
        elif not {"order_by", "line_ids"}.isdisjoint(vals):
            self._sort_lines()
        return result

    def _check_editable_fields(self, names):
        if self.env.su:
            return
        if not EDITABLE_FIELDS.issuperset(names):
            raise AccessError(self.env._("The figures of a re-allocation are not entered by hand."))
        self._check_is_draft()

    def _check_is_draft(self):
        if any(record.state != "draft" for record in self):
            raise UserError(self.env._("What was applied cannot be changed. Simulate anew."))

    @api.model
    def _check_manager(self):
        if not (self.env.su or any(self.env.user.has_group(group) for group in MANAGER_GROUPS)):
            raise AccessError(
                self.env._("Only managers of sales or of the inventory may re-allocate goods.")
            )

    @api.autovacuum
    def _delete_old_simulations(self):
        limit = fields.Datetime.now() - timedelta(days=SIMULATION_DAYS)
        self.search([("state", "=", "draft"), ("write_date", "<", limit)]).unlink()

    # === SIMULATION === #

    def action_simulate(self):
        """Read who has and who wants the goods anew, and open the simulation."""
        self.check_access("write")
        self._check_is_draft()
        self._simulate()
        return self._get_form_action()

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Re-allocate Goods"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    @api.model
    def _open_for(self, warehouse, product, lot=None):
        """Return the action that opens a new simulation."""
        self._check_manager()
        values = {"warehouse_id": warehouse.id, "product_id": product.id}
        return self.create({**values, "lot_id": lot.id if lot else False})._get_form_action()

    def _simulate(self):
        for record in self.sudo():  # the stock of a warehouse is one, and only we write figures
            demands, supply = record._read_situation()
            record.write(
                {
                    "usable": supply.stock,
                    "supply": supply._asdict(),
                    "read_date": fields.Datetime.now(),
                    "line_ids": [
                        Command.clear(),
                        *(Command.create(vals) for vals in record._prepare_lines(demands)),
                    ],
                }
            )

    def _read_situation(self, claims_cursor=None):
        engine = self.env["sales.availability"].sudo()  # as in _simulate
        demands = engine._get_demands(self._get_key())
        demands += self._get_lost_holds(demands)
        return demands, engine._get_supply(self._get_key(), demands, claims_cursor)

    def _get_key(self):
        self.ensure_one()
        return AvailabilityKey(self.warehouse_id.id, self.product_id.id, self.lot_id.id or 0)

    def _get_supply(self):
        """Return the ``AllocationSupply`` that was read; JSON turns ids of lots into texts."""
        if not self.supply:
            return AllocationSupply()
        return AllocationSupply(
            **{
                name: {int(lot_id): v for lot_id, v in value.items()}
                if isinstance(value, dict)
                else value
                for name, value in self.supply.items()
            }
        )

    def _prepare_lines(self, demands):
        """Return values of lines; who had a line keeps the strategy that was chosen for it."""
        former = {line._get_demand_key(): line for line in self.line_ids}
        documents = self._get_demand_documents(demands)
        nobody = self.line_ids.browse()
        return [
            {
                **documents[demand.source],
                **self._prepare_figures(demand),
                **former.get((demand.source, demand.lot_id), nobody)._prepare_choice(),
            }
            for demand in demands
        ]

    def _get_demand_documents(self, demands):
        """Return dict {HoldSource: values that say whose demand it is}."""
        sources = {}
        for model in {demand.source.model for demand in demands}:
            ids = [demand.source.id for demand in demands if demand.source.model == model]
            for record in self.env[model].browse(ids):
                sources[HoldSource(model, record.id)] = record._prepare_demand_document()
        return sources

    def _prepare_figures(self, demand):
        return {
            "source_model": demand.source.model,
            "source_res_id": demand.source.id,
            "kind": demand.kind,
            "lot_id": demand.lot_id or False,
            "asked": demand.asked,
            "has_now": demand.now,
            "least": demand.floor,
            "most": demand.limit,
        }

    def _allocate(self):
        """Set what each line gets.

        Not a computed field: the client would show the result of a change only on the line that
        was changed, since the others would be computed before their old values are looked at.
        """
        for record in self:
            lines = record.line_ids.sorted("sequence")
            entries = [line._get_entry() for line in lines]
            quantities = allocate(entries, record._get_supply())
            for line, quantity in zip(lines, quantities, strict=True):
                line.quantity = quantity

    # === ORDER === #

    def _sort_lines(self):
        for record in self.sudo():  # figures are written by us alone
            for number, line in enumerate(record._get_sorted_lines(), 1):
                line.sequence = number
            record._allocate()
        self.line_ids.flush_recordset(["sequence"])
        self.invalidate_recordset(["line_ids"])  # to be read in their order

    def _get_sorted_lines(self):
        self.ensure_one()
        return self.line_ids.sorted(lambda line: (line.kind == "quotation", *self._get_rank(line)))

    def _get_rank(self, line):
        if self.order_by == "hand":
            return (line.sequence or len(self.line_ids) + 1, line.source_res_id)
        rank = (line.ordered_date if self.order_by == "ordered" else line.promised_date,)
        if self.order_by == "priority":
            rank = (-int(line.priority), *rank)
        return (*rank, line.source_res_id)

    # === APPLY === #

    def action_apply(self):
        """Reserve goods as simulated, if nothing has changed since, and tell whom it concerns."""
        self.check_access("write")
        self._check_manager()
        for record in self:
            record._check_is_draft()
            record._lock_demands()
            record.sudo()._apply()  # a manager of sales decides on deliveries, too
        return True

    def _lock_demands(self):
        """Keep everybody else from what is about to change.

        Who changed it since this transaction began makes it fail as a conflict: Odoo tries again
        and finds that the situation is another one.
        """
        for model, lines in self.line_ids.grouped("source_model").items():
            for query in self._get_lock_queries(model, lines.mapped("source_res_id")):
                self.env.cr.execute(query, log_exceptions=False)

    def _get_lock_queries(self, model, ids):
        if model == "stock.move":
            yield SQL("SELECT FROM stock_move WHERE id = ANY(%s) ORDER BY id FOR UPDATE", ids)
            table, column = SQL("stock_move_line"), SQL("move_id")
        elif model == "account.move.line":
            table, column = SQL("sales_availability_hold"), SQL("invoice_line_id")
        else:
            table, column = SQL("sales_availability_hold"), SQL("sale_line_id")
        yield SQL("SELECT FROM %s WHERE %s = ANY(%s) ORDER BY id FOR UPDATE", table, column, ids)

    def _apply(self):
        self._allocate()
        self._check_situation_and_claim()
        lines = self.line_ids
        planned = {line: line.quantity for line in lines}
        lines.filtered(lambda line: line.kind == "quotation")._apply_hold()
        lines.filtered(lambda line: line.source_model == "stock.move")._apply_reservations()
        got = self._read_quantities()
        for line in lines:
            line.write({"planned": planned[line], "quantity": got.get(line._get_demand_key(), 0.0)})
        self.write({"state": "applied", "user_id": self.env.uid, "date": fields.Datetime.now()})
        self._tell_documents()
        self.env["sale.order"]._trigger_availability_queue()  # of those who won, if they waited

    def _check_situation_and_claim(self):
        """Compare the situation with the one that was simulated; claim what quotations gain."""
        Claim = self.env["sales.availability.claim"]
        with Claim._open_claims({self._get_key()}) as cursor:
            demands, supply = self._read_situation(cursor)
            if self._get_fingerprint(demands, supply) != self._get_fingerprint(
                [line._get_demand() for line in self.line_ids], self._get_supply()
            ):
                self._refuse_old_situation()
            claims = [line._prepare_claim() for line in self.line_ids if line._is_hold_growing()]
            if claims:
                Claim._insert_claims(cursor, claims)

    def _get_fingerprint(self, demands, supply):
        """Return what must not have changed, as precisely as quantities are kept."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")

        def rounded(value):
            if isinstance(value, dict):
                return {key: round(float(number), digits) for key, number in value.items()}
            return round(value, digits) if isinstance(value, (int, float)) else value

        return (
            {tuple(rounded(value) for value in demand) for demand in demands},
            [rounded(value) for value in supply],
        )

    def _refuse_old_situation(self):
        message = self.env._(
            "The situation has changed: someone has reserved, delivered, ordered or received "
            "%(product)s since this was simulated. Simulate again.",
            product=self.product_id.display_name,
        )
        raise RedirectWarning(
            message,
            self.env.ref("sales_availability.action_reallocation_simulate").id,
            self.env._("Simulate Again"),
            {"active_model": self._name, "active_id": self.id, "active_ids": self.ids},
        )

    def _read_quantities(self):
        demands = self.env["sales.availability"]._get_demands(self._get_key())
        return {(demand.source, demand.lot_id): demand.now for demand in demands}

    # === TELL === #

    def _tell_documents(self):
        """Say on each document what it gained or lost, and let its salesperson know of a loss."""
        changed = self.line_ids.filtered(lambda line: line.outcome in ("win", "lose"))
        for model, lines in changed.grouped("document_model").items():
            documents = self.env[model].browse(lines.mapped("document_res_id")).exists()
            if not hasattr(documents, "_message_log_batch"):
                continue  # a move without a transfer has no place for messages
            by_document = lines.grouped("document_res_id")
            documents._message_log_batch(
                {
                    document.id: self._prepare_message(by_document[document.id])
                    for document in documents
                }
            )
            for document in documents:
                by_document[document.id]._schedule_loss_activity(document)

    def _prepare_message(self, lines):
        return self.env._(
            "%(user)s re-allocated goods: %(changes)s.",
            user=self.env.user.name,
            changes="; ".join(lines.mapped(lambda line: line._get_change_text())),
        )

    # === UNDO === #

    def action_undo(self):
        """Simulate to give back what each document had before."""
        self.ensure_one()
        self._check_manager()
        self.check_access("write")
        if self.state != "applied":
            raise UserError(self.env._("Only what was applied can be undone."))
        undo = self.sudo().create(  # figures are written by us alone
            {
                "warehouse_id": self.warehouse_id.id,
                "product_id": self.product_id.id,
                "lot_id": self.lot_id.id,
                "undo_of_id": self.id,
                "order_by": self.order_by,
            }
        )
        former = {line._get_demand_key(): line for line in self.sudo().line_ids}
        for line in undo.line_ids:
            if before := former.get(line._get_demand_key()):
                line.write({"strategy": "restore", "before": before.has_now})
        undo._allocate()
        return undo._get_form_action()

    def _get_lost_holds(self, demands):
        """Return demands of quotations whose whole hold was taken by what is being undone."""
        known = {demand.source for demand in demands}
        lost = self.undo_of_id.line_ids.filtered(
            lambda line: line.kind == "quotation" and line._get_source() not in known
        )
        open_lines = self.env["sale.order.line"].browse(lost.mapped("source_res_id")).exists()
        open_ids = open_lines.filtered(lambda line: line.state in ("draft", "sent")).ids
        return [
            line._get_demand()._replace(now=0.0) for line in lost if line.source_res_id in open_ids
        ]


class SalesAvailabilityReallocationLine(models.Model):
    _name = "sales.availability.reallocation.line"
    _description = "Demand in a Re-allocation"
    _order = "sequence, id"

    reallocation_id = fields.Many2one(
        "sales.availability.reallocation", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(string="Place")
    source_model = fields.Char(required=True, readonly=True)
    source_res_id = fields.Integer(required=True, readonly=True)
    kind = fields.Selection(
        [
            ("sale", "Sales Order"),
            ("invoice", "Invoice"),
            ("delivery", "Delivery"),
            ("transfer", "Transfer"),
            ("other", "Other"),
            ("quotation", "Quotation"),
        ],
        required=True,
        readonly=True,
    )
    document_model = fields.Char(readonly=True)
    document_res_id = fields.Many2oneReference(model_field="document_model", readonly=True)
    document_name = fields.Char(string="Document", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    promised_date = fields.Datetime(string="Promised", readonly=True)
    ordered_date = fields.Datetime(string="Ordered", readonly=True)
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], default="0", readonly=True)
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number", readonly=True)
    uom_id = fields.Many2one(related="reallocation_id.uom_id")
    asked = fields.Float(digits="Product Unit", readonly=True)
    has_now = fields.Float(digits="Product Unit", readonly=True)
    least = fields.Float(
        string="Fixed",
        digits="Product Unit",
        readonly=True,
        help="Picked, or made ready by an earlier step: this cannot be taken away.",
    )
    most = fields.Float(digits="Product Unit", readonly=True)
    before = fields.Float(digits="Product Unit", readonly=True)
    strategy = fields.Selection(
        [
            ("win", "Win"),
            ("keep", "Keep"),
            ("redistribute", "Redistribute"),
            ("lose", "Lose"),
            ("restore", "Restore"),
        ],
        default="redistribute",
        required=True,
        help="Win: gets all it asks for before others do.\n"
        "Keep: keeps what it has, and takes part in what is left.\n"
        "Redistribute: gets what is left when it is its turn, and may lose what it has.\n"
        "Lose: gives up all that it has.\n"
        "Restore: gets what it had before the re-allocation that is undone.",
    )
    is_locked = fields.Boolean(
        compute="_compute_is_locked", help="Its goods are picked: it can neither win nor lose."
    )
    quantity = fields.Float(string="Gets", digits="Product Unit", readonly=True)
    planned = fields.Float(digits="Product Unit", readonly=True)
    change = fields.Float(compute="_compute_change", store=True, digits="Product Unit")
    outcome = fields.Selection(
        [("win", "Wins"), ("lose", "Loses"), ("same", "Same")],
        compute="_compute_change",
        store=True,
    )

    @api.depends("least", "most", "has_now")
    def _compute_is_locked(self):
        for line in self:
            line.is_locked = line._get_demand().is_locked

    @api.depends("quantity", "has_now")
    def _compute_change(self):
        for line in self:
            line.change = line.quantity - line.has_now
            uom = line.reallocation_id.uom_id
            sign = uom.compare(line.change, 0.0) if uom else 0
            line.outcome = {1: "win", -1: "lose"}.get(sign, "same")

    def write(self, vals):
        if not self.env.su:
            if not EDITABLE_LINE_FIELDS.issuperset(vals):
                raise AccessError(
                    self.env._("The figures of a re-allocation are not entered by hand.")
                )
            self.reallocation_id._check_is_draft()
        result = super().write(vals)
        if not self.env.su:
            self.reallocation_id.sudo()._allocate()  # figures are written by us alone
        return result

    def action_open_document(self):
        """Open the document whose demand it is."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.document_model,
            "res_id": self.document_res_id,
            "view_mode": "form",
        }

    # === DEMAND === #

    def _get_source(self):
        self.ensure_one()
        return HoldSource(self.source_model, self.source_res_id)

    def _get_demand_key(self):
        return self._get_source(), self.lot_id.id or 0

    def _get_demand(self):
        self.ensure_one()
        return AllocationDemand(
            self._get_source(),
            self.kind,
            self.lot_id.id or 0,
            self.asked,
            self.has_now,
            self.least,
            self.most,
        )

    def _get_entry(self):
        self.ensure_one()
        return AllocationEntry(self._get_demand(), self.strategy or "redistribute", self.before)

    def _prepare_choice(self):
        """Return what was chosen for the demand, for its line in a new simulation."""
        if not self:
            return {}
        return {"sequence": self.sequence, "strategy": self.strategy, "before": self.before}

    # === APPLY === #

    def _get_moves(self):
        return self.env["stock.move"].browse(self.mapped("source_res_id"))

    def _apply_reservations(self):
        """Let moves have what was simulated, and keep the order for what comes later."""
        if not self:
            return
        lines = self.sorted("sequence")
        order = get_serving_order([line._get_entry() for line in lines])
        lines = lines.browse(lines[index].id for index in order)
        for number, move in enumerate(lines._get_moves(), 1):
            move.availability_rank = number
        lines._reduce_to_plan()
        winners = lines.filtered(lambda line: line.outcome == "win")
        promised_lots = winners.filtered("lot_id")
        moves = (promised_lots + (winners - promised_lots))._get_moves()
        moves._action_assign()
        if lines._reduce_to_plan():
            moves._action_assign()  # core gave the first ones all they lack

    def _reduce_to_plan(self):
        """Unreserve what moves have beyond what they get.

        :return: whether there was any
        """
        record = self.reallocation_id
        now = record._read_quantities()
        excess = {
            line: now.get(line._get_demand_key(), 0.0) - line.quantity
            for line in self
            if record.uom_id.compare(now.get(line._get_demand_key(), 0.0), line.quantity) > 0
        }
        if excess:
            moves = self.browse(line.id for line in excess)._get_moves()
            engine = self.env["sales.availability"]
            reducible = engine._get_reducible_lines(record._get_key(), moves).grouped("move_id")
            for line, quantity in excess.items():
                move = line._get_moves()
                move._reduce_reservation(quantity, reducible.get(move, ()))
        return bool(excess)

    def _is_hold_growing(self):
        return self.kind == "quotation" and self.outcome == "win"

    def _prepare_claim(self):
        key = self.reallocation_id._get_key()._replace(lot_id=self.lot_id.id or 0)
        return ClaimValues(self._get_source(), key, self.quantity)

    def _apply_hold(self):
        """Let quotations hold what they get."""
        holds = self._get_holds()
        for line in self.filtered(lambda line: line.outcome in ("win", "lose")):
            hold = holds.get(line._get_demand_key())
            if not hold:
                line._create_hold()
            elif line.reallocation_id.uom_id.compare(line.quantity, 0.0) > 0:
                hold.quantity = line.quantity
            else:
                hold.unlink()

    def _get_holds(self):
        record = self.reallocation_id
        holds = self.env["sales.availability.hold"].search(
            [
                ("sale_line_id", "in", self.mapped("source_res_id")),
                ("product_id", "=", record.product_id.id),
                ("warehouse_id", "=", record.warehouse_id.id),
            ]
        )
        return {(hold.source, hold.lot_id.id or 0): hold for hold in holds}

    def _create_hold(self):
        key = self.reallocation_id._get_key()
        terms = self.env["sales.availability.version"]._get_terms_of_keys({key.of_any_lot})
        Hold = self.env["sales.availability.hold"]
        Hold.create(
            {
                **Hold._prepare_hold(key._replace(lot_id=self.lot_id.id or 0)),
                "sale_line_id": self.source_res_id,
                "quantity": self.quantity,
                "expiry": Hold._get_expiry(terms[key.of_any_lot].hold_hours or 24.0),
            }
        )

    # === TELL === #

    def _get_change_text(self):
        self.ensure_one()
        record = self.reallocation_id
        names = self.env["sale.order"]  # it knows how to write quantities
        return self.env._(
            "%(product)s in %(warehouse)s from %(before)s to %(after)s %(uom)s",
            product=record.product_id.display_name,
            warehouse=record.warehouse_id.name,
            before=names._format_quantity(self.has_now),
            after=names._format_quantity(self.quantity),
            uom=record.uom_id.name,
        )

    def _schedule_loss_activity(self, document):
        lost = self.filtered(lambda line: line.outcome == "lose")
        user = lost.user_id[:1]
        if not user or not hasattr(document, "activity_schedule"):
            return
        self = lost.with_context(lang=user.lang)
        document.activity_schedule(
            "mail.mail_activity_data_warning",
            user_id=user.id,
            summary=self.env._("Goods were given to others"),
            note=self.reallocation_id._prepare_message(self),
        )
