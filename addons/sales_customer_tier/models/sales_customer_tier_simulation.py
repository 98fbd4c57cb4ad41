"""Who would be in a tier, and what its prices would have cost. Nothing is switched on."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_round

from .product_pricelist import PricelistRules

BATCH = 1000
AT_ONCE = 2000  # order lines that are priced while the user waits
CUSTOMERS_AT_ONCE = 20000  # customers that are looked at while the user waits
NOT_BEGUN = -1
MOVE_KINDS = [("in", "Moves In"), ("stay", "Stays"), ("out", "Moves Out")]


class SalesCustomerTierSimulation(models.Model):
    """A tier as it would be, over the confirmed orders of a period."""

    _name = "sales.customer.tier.simulation"
    _description = "Simulation of a Customer Tier"
    _order = "id DESC"
    _rec_name = "tier_id"

    tier_id = fields.Many2one("sales.customer.tier", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="tier_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    start_date = fields.Date(
        string="Orders From", required=True, default=lambda self: self._get_last_quarter()[0]
    )
    end_date = fields.Date(
        string="Orders Until", required=True, default=lambda self: self._get_last_quarter()[1]
    )
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Computing"), ("done", "Done")],
        default="draft",
        required=True,
        readonly=True,
    )
    in_count = fields.Integer(string="Would Move In", readonly=True, copy=False)
    stay_count = fields.Integer(string="Would Stay", readonly=True, copy=False)
    out_count = fields.Integer(string="Would Move Out", readonly=True, copy=False)
    line_count = fields.Integer(string="Order Lines", readonly=True, copy=False)
    done_count = fields.Integer(string="Order Lines Priced", readonly=True, copy=False)
    position = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    sold_amount = fields.Monetary(string="As Sold", compute="_compute_amounts")
    tier_amount = fields.Monetary(string="With the Tier", compute="_compute_amounts")
    difference = fields.Monetary(
        compute="_compute_amounts", help="Negative: what the tier would have cost."
    )
    move_ids = fields.One2many("sales.customer.tier.simulation.move", "simulation_id")
    line_ids = fields.One2many("sales.customer.tier.simulation.line", "simulation_id")

    _dates_check = models.Constraint(
        "CHECK (start_date <= end_date)", "The period ends before it begins."
    )

    @api.model
    def _get_last_quarter(self):
        """Return the first and the last day of the quarter before this one."""
        today = fields.Date.context_today(self)
        first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        return fields.Date.subtract(first, months=3), fields.Date.subtract(first, days=1)

    @api.depends("line_count", "done_count", "state")
    def _compute_progress(self):
        for simulation in self:
            is_done = simulation.state == "done"
            part = simulation.done_count / max(simulation.line_count, 1)
            simulation.progress = 100.0 if is_done else 100 * part

    @api.depends("line_ids", "done_count")
    def _compute_amounts(self):
        rows = self.env["sales.customer.tier.simulation.line"]._read_group(
            [("simulation_id", "in", self.ids)],
            ["simulation_id"],
            ["sold_amount:sum", "tier_amount:sum", "difference:sum"],
        )
        sums = {simulation.id: amounts for simulation, *amounts in rows}
        for simulation in self:
            amounts = sums.get(simulation._origin.id, (0.0, 0.0, 0.0))
            simulation.sold_amount, simulation.tier_amount, simulation.difference = amounts

    # === RUNNING === #

    def action_run(self):
        """Compute it: at once when it is little, and else in the background.

        :raise UserError: the user may not change the simulation
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "running":
            raise UserError(self.env._("It is being computed. Reload to see how far it is."))
        customers = self.env["res.partner"].search_count([("customer_rank", ">", 0)])
        if customers > CUSTOMERS_AT_ONCE:
            self.write({"state": "running", "position": NOT_BEGUN, "done_count": 0})
        else:
            self._start()
            while self.line_count <= AT_ONCE and self._price_next():
                pass
        if self.state == "running":
            # reason: who simulates need not be an administrator of jobs
            self.env.ref("sales_customer_tier.ir_cron_simulate").sudo()._trigger()

    def _start(self):
        """Find who would be in the tier, and how many lines there are to price."""
        self.env.flush_all()
        self.line_ids.unlink()
        self.move_ids.unlink()
        counts = dict(self.env.execute_query(self._get_move_query()))
        self.move_ids.invalidate_model(flush=False)
        [[lines]] = self.env.execute_query(SQL("SELECT COUNT(*) %s", self._get_line_source()))
        self.write(
            {
                "state": "running",
                "in_count": counts.get("in", 0),
                "stay_count": counts.get("stay", 0),
                "out_count": counts.get("out", 0),
                "line_count": lines,
                "done_count": 0,
                "position": 0,
            }
        )

    @api.model
    def _run_job(self):
        """Price the lines of the simulations that wait, batch by batch."""
        commit = self.env["ir.cron"]._commit_progress
        for simulation in self.search([("state", "=", "running")], order="id"):
            if simulation.position == NOT_BEGUN:
                simulation._start()
                commit(remaining=simulation.line_count)
            while simulation._price_next():
                remaining = simulation.line_count - simulation.done_count
                if not commit(BATCH, remaining=remaining):
                    return
            commit(BATCH, remaining=0)

    # === WHO === #

    def _get_tiers(self):
        """Return the tiers as they would apply: those that are on, and this one."""
        tier = self.tier_id.with_context(active_test=False)
        running = tier._get_running(self.company_id) - tier.replaces_id
        return (running | tier).sorted(lambda t: (t.sequence, t.id))

    def _get_move_query(self):
        """Insert whoever is or would be in the tier, and return how many of each kind."""
        tier = self.tier_id
        former = tier.replaces_id or tier
        aliases = {tier.replaces_id.id: tier.id} if tier.replaces_id else None
        # reason: tiers are rules of the company, whoever simulates them
        decision = (
            self._get_tiers()
            .sudo()
            ._get_decision_query(self.company_id, SQL("partner.customer_rank > 0"), aliases)
        )
        return SQL(
            """
            WITH decision AS (%(decision)s),
                 found AS (
                    INSERT INTO sales_customer_tier_simulation_move (
                           simulation_id, company_id, partner_id, kind, from_tier_id, to_tier_id,
                           date, reason, has_own_pricelist)
                    SELECT %(id)s, %(company)s, decision.partner_id,
                           CASE WHEN decision.old_tier_id IS DISTINCT FROM %(tier)s THEN 'in'
                                WHEN decision.tier_id = %(tier)s THEN 'stay' ELSE 'out' END,
                           CASE decision.old_tier_id WHEN %(tier)s THEN %(former)s
                                ELSE decision.old_tier_id END,
                           CASE WHEN decision.kept THEN decision.best_tier_id
                                ELSE decision.tier_id END,
                           CASE WHEN decision.kept THEN decision.due_date
                                WHEN decision.old_tier_id IS DISTINCT FROM decision.tier_id
                                THEN %(today)s END,
                           decision.present_reason,
                           partner.specific_property_product_pricelist->>%(key)s IS NOT NULL
                      FROM decision
                      JOIN res_partner partner ON partner.id = decision.partner_id
                     WHERE decision.tier_id = %(tier)s OR decision.old_tier_id = %(tier)s
                 RETURNING kind)
            SELECT kind, COUNT(*) FROM found GROUP BY kind
            """,
            decision=decision,
            id=self.id,
            company=self.company_id.id,
            tier=tier.id,
            former=former.id,
            today=tier._get_today(self.company_id)[0],
            key=str(self.company_id.id),
        )

    # === WHAT IT WOULD HAVE COST === #

    def _get_line_source(self):
        """Return FROM and WHERE of the order lines that would have had another price.

        Who has a pricelist by hand keeps it. Discounts and down payments have no list price.
        """
        today_model = self.tier_id
        _today, zone = today_model._get_today(self.company_id)
        return SQL(
            """
            FROM sale_order_line line
            JOIN sale_order sale ON sale.id = line.order_id
            JOIN res_partner contact ON contact.id = sale.partner_id
            JOIN sales_customer_tier_simulation_move move
              ON move.partner_id = contact.commercial_partner_id
             AND move.simulation_id = %(id)s AND NOT move.has_own_pricelist
           WHERE sale.state = 'sale' AND sale.company_id = %(company)s
             AND sale.date_order >= %(start)s AND sale.date_order < %(end)s
             AND line.display_type IS NULL AND line.product_id IS NOT NULL
             AND line.is_downpayment IS NOT TRUE AND line.is_expense IS NOT TRUE
             AND line.combo_item_id IS NULL
             AND line.product_uom_qty > 0 AND line.price_unit > 0
             AND line.id > %(position)s
            """,
            id=self.id,
            company=self.company_id.id,
            start=today_model._get_moment(self.start_date, zone),
            end=today_model._get_moment(fields.Date.add(self.end_date, days=1), zone),
            position=self.position,
        )

    def _price_next(self):
        """Price the next lines with Odoo's own pricelists.

        :return: whether there are more
        """
        self.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                "SELECT line.id, move.id %s ORDER BY line.id LIMIT %s",
                self._get_line_source(),
                BATCH,
            )
        )
        moves = self.env["sales.customer.tier.simulation.move"]
        # reason: figures of the company, whose orders the manager may not be following
        lines = self.env["sale.order.line"].sudo().with_company(self.company_id)
        lines = lines.browse([row[0] for row in rows])
        moves = moves.browse([row[1] for row in rows])
        pricelists = self._get_pricelists(moves.browse(set(moves._ids)))
        pricing = lines.with_context(customer_tier_rules=PricelistRules(lines.product_id))
        self.env["sales.customer.tier.simulation.line"].create(
            [
                self._prepare_line(line, move, pricelists[move.id])
                for line, move in zip(pricing, moves, strict=True)
            ]
        )
        is_done = len(rows) < BATCH
        self.write(
            {
                "position": rows[-1][0] if rows else self.position,
                "done_count": self.done_count + len(rows),
                "state": "done" if is_done else "running",
            }
        )
        return not is_done

    def _get_pricelists(self, moves):
        """Return {move id: pricelist} that each customer would have had."""
        # reason: pricelists of tiers, and of everybody else, whoever simulates
        pricelists = self.env["product.pricelist"].sudo().with_company(self.company_id)
        partners = moves.partner_id.sudo()
        by_country = pricelists._get_country_pricelist_multi(partners.country_id.ids)
        found = {}
        for move in moves:
            tier = self.tier_id if move.kind != "out" else move.to_tier_id
            default = by_country[move.partner_id.sudo().country_id.id]
            found[move.id] = tier.sudo().pricelist_id or default
        return found

    def _prepare_line(self, line, move, pricelist):
        currency = self.company_id.currency_id
        order = line.order_id
        rate = order.currency_rate or 1.0
        sold = line.price_subtotal / rate
        net = line.price_unit * (1 - line.discount / 100) / rate
        price = self._get_price(line, pricelist)
        # by the ratio: taxes that are in the price are in both of them
        amount = sold * price / net if net else 0.0
        return {
            "simulation_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": move.partner_id.id,
            "kind": move.kind,
            "order_id": order.id,
            "date": order.date_order,
            "product_id": line.product_id.id,
            "categ_id": line.product_id.categ_id.id,
            "quantity": line.product_uom_qty,
            "sold_amount": currency.round(sold),
            "tier_amount": currency.round(amount),
            "difference": currency.round(amount) - currency.round(sold),
        }

    def _get_price(self, line, pricelist):
        """Return the price of a unit as the pricelist gives it, in the currency of the company."""
        own = self.company_id.currency_id
        currency = pricelist.currency_id or own
        date = line.order_id.date_order
        price = pricelist.with_env(line.env)._get_product_price(
            line.product_id.with_context(**line._get_product_price_context()),
            line.product_uom_qty,
            uom=line.product_uom_id,
            date=date,
            currency=currency,
        )
        price = currency._convert(price, own, self.company_id, date, round=False)
        # prices on orders are rounded when they are stored
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return float_round(price, precision_digits=digits)

    # === SCREENS === #

    def action_open_lines(self):
        """Open the difference by customer, category and product."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What %s Would Have Cost", self.tier_id.name),
            "res_model": "sales.customer.tier.simulation.line",
            "view_mode": "pivot,graph,list",
            "domain": [("simulation_id", "=", self.id)],
        }

    def action_open_moves(self):
        """Open who would move, when and why."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Would Move"),
            "res_model": "sales.customer.tier.simulation.move",
            "view_mode": "list",
            "domain": [("simulation_id", "=", self.id)],
            "context": {"search_default_group_kind": 1},
        }


class SalesCustomerTierSimulationMove(models.Model):
    """A customer that is or would be in the tier."""

    _name = "sales.customer.tier.simulation.move"
    _description = "Customer in a Simulated Tier"
    _inherit = ["sales.customer.tier.explained"]
    _order = "kind, date, id"
    _rec_name = "partner_id"
    _log_access = False

    simulation_id = fields.Many2one(
        "sales.customer.tier.simulation", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    kind = fields.Selection(MOVE_KINDS, string="What Happens", required=True)
    from_tier_id = fields.Many2one("sales.customer.tier", string="From", ondelete="cascade")
    to_tier_id = fields.Many2one("sales.customer.tier", string="To", ondelete="cascade")
    date = fields.Date(
        string="When", help="Who no longer earns the tier leaves it when validity and grace end."
    )
    has_own_pricelist = fields.Boolean(help="Its pricelist was chosen by hand: prices stay.")


class SalesCustomerTierSimulationLine(models.Model):
    """An order line as it was sold, and as the tier would have priced it."""

    _name = "sales.customer.tier.simulation.line"
    _description = "Order Line Priced by a Simulated Tier"
    _order = "difference, id"
    _rec_name = "order_id"
    _log_access = False

    simulation_id = fields.Many2one(
        "sales.customer.tier.simulation", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="cascade")
    kind = fields.Selection(MOVE_KINDS, string="What Happens")
    order_id = fields.Many2one("sale.order", ondelete="cascade")
    date = fields.Datetime(string="Order Date")
    product_id = fields.Many2one("product.product", ondelete="cascade")
    categ_id = fields.Many2one("product.category", string="Category", ondelete="cascade")
    quantity = fields.Float(digits="Product Unit")
    sold_amount = fields.Monetary(string="As Sold")
    tier_amount = fields.Monetary(string="With the Tier")
    difference = fields.Monetary()
