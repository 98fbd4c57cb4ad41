from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval


class SalesCustomerAllocationRule(models.Model):
    """Who gets the new customers that nobody brought: the first rule that fits decides."""

    _name = "sales.customer.allocation.rule"
    _description = "Allocation Rule"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=False, tracking=True, help="Simulate the rule before.")
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", default=lambda self: self.env.company
    )
    method = fields.Selection(
        [("turn", "In Turn"), ("load", "To Who Has Fewest")],
        string="Distribution",
        default="turn",
        required=True,
        tracking=True,
        help="Both take the weights into account: who weighs 2 gets, or has, twice as many.",
    )
    region_ids = fields.Many2many("sales.region", string="Regions", help="And all regions in them.")
    industry_ids = fields.Many2many("res.partner.industry", string="Industries")
    source_ids = fields.Many2many("utm.source", string="Sources")
    grade_ids = fields.Many2many("sales.customer.grade", string="Grades")
    domain = fields.Char(string="Other Conditions", default="[]")
    line_ids = fields.One2many("sales.customer.allocation.line", "rule_id", string="Salespeople")

    @api.constrains("domain")
    def _check_domain(self):
        for rule in self:
            label = rule._fields["domain"]._description_string(self.env)
            self.env["res.partner"]._check_customer_domain(rule.domain, label, rule)

    def _get_partner_domain(self):
        self.ensure_one()
        domain = Domain(safe_eval(self.domain or "[]"))
        for fname, condition in {
            "sales_region_id": ("child_of", self.region_ids),
            "industry_id": ("in", self.industry_ids),
            "source_id": ("in", self.source_ids),
            "customer_grade_id": ("in", self.grade_ids),
        }.items():
            operator, values = condition
            if values:
                domain &= Domain(fname, operator, values.ids)
        if self.company_id:
            domain &= Domain("company_id", "in", self._get_company_ids())
        return domain

    def _get_company_ids(self):
        """Customers of no company are those of the company that one works in."""
        company = self.company_id
        return [company.id, False] if company == self.env.company else [company.id]

    # === WHO GETS WHOM === #

    def _choose(self, partners):
        """Return who would get each of the customers; it locks whose turn it is.

        :return: list of (rule, line, ids of customers), and what is left over
        """
        chosen = []
        for rule in self:
            fitting = partners.filtered_domain(rule._get_partner_domain())
            by_line = rule._distribute(fitting)
            chosen += [(rule, line, ids) for line, ids in by_line.items()]
            partners -= partners.browse(i for ids in by_line.values() for i in ids)
        return chosen, partners

    def _distribute(self, partners):
        """Give each customer to the line that is behind most; those that are full get none."""
        lines = self._lock_lines() if partners else []
        if not lines:
            return {}
        held = self._get_held(lines)
        got = held if self.method == "load" else Counter({line: line.served for line in lines})
        found = defaultdict(list)
        for partner in partners:
            free = [
                li for li in lines if not li.capacity or held[li] + len(found[li]) < li.capacity
            ]
            if not free:
                break
            line = min(free, key=lambda li: (got[li] + 1 + self._pending(li, found)) / li.weight)
            found[line].append(partner.id)
        return {line: ids for line, ids in found.items() if ids}

    def _pending(self, line, found):
        return len(found[line])

    def _lock_lines(self):
        """Lock whose turn it is until the transaction ends: two at once take turns, too."""
        self.env["sales.customer.allocation.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE sales_customer_allocation_line line
                   SET served = line.served
                  FROM res_users
                 WHERE line.rule_id = %s AND res_users.id = line.user_id AND res_users.active
             RETURNING line.id
                """,
                self.id,
            )
        )
        lines = self.env["sales.customer.allocation.line"].browse(sorted(row[0] for row in rows))
        lines.invalidate_recordset(["served"], flush=False)
        return lines.sorted(lambda line: (line.sequence, line.id))

    def _get_held(self, lines):
        partners = self.env["res.partner"]
        domain = partners._get_customer_domain() & Domain("user_id", "in", lines.user_id.ids)
        counts = dict(partners._read_group(domain, ["user_id"], ["__count"]))
        return Counter({line: counts.get(line.user_id, 0) for line in lines})

    # === ALLOCATE === #

    @api.model
    def _get_rules(self):
        return self.search([("active", "=", True)])

    @api.model
    def _allocate(self, partners):
        """Give customers without a salesperson to somebody, or into a pool for new customers.

        :return: the customers that nobody got
        """
        chosen, left = self._get_rules()._choose(partners)
        for rule, line, partner_ids in chosen:
            moved = partners._change_owner(
                partner_ids,
                condition=SQL("user_id IS NULL AND active"),
                user=line.user_id,
                kind="allocate",
                allocation_rule_id=rule.id,
            )
            line._count(len(moved))
            partners._log_owner_change(
                moved,
                self.env._(
                    "Allocated to %(user)s by the rule %(rule)s.",
                    user=line.user_id.name,
                    rule=rule.name,
                ),
            )
        return left

    @api.model
    def _get_intake_pool(self, company):
        return self.env["sales.customer.pool"].search(
            [("is_intake", "=", True), ("company_id", "in", [company.id, False])], limit=1
        )

    def action_simulate(self):
        """Show who would get the customers that nobody has, without changing anything."""
        self.ensure_one()
        simulation = self.env["sales.customer.allocation.simulation"].create({"rule_id": self.id})
        return simulation.action_simulate()


class SalesCustomerAllocationLine(models.Model):
    """A salesperson of a rule, and how many customers came by it so far."""

    _name = "sales.customer.allocation.line"
    _description = "Salesperson of an Allocation Rule"
    _order = "rule_id, sequence, id"

    rule_id = fields.Many2one(
        "sales.customer.allocation.rule", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users", required=True, index=True, ondelete="cascade", domain=[("share", "=", False)]
    )
    weight = fields.Integer(default=1, required=True)
    capacity = fields.Integer(help="Who holds so many customers gets no more. 0: no limit.")
    served = fields.Float(
        string="Turns Taken",
        readonly=True,
        copy=False,
        digits=(16, 2),
        help="Who joins later begins where the others are.",
    )

    _weight_check = models.Constraint("CHECK (weight > 0)", "A weight has to be 1 or more.")
    _capacity_check = models.Constraint("CHECK (capacity >= 0)", "A capacity cannot be negative.")
    _user_uniq = models.UniqueIndex(
        "(rule_id, user_id)", "A salesperson can stand in a rule once only."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Who joins does not get everything until the others are caught up with."""
        lines = super().create(vals_list)
        for rule in lines.rule_id:
            others = rule.line_ids - lines
            level = min((line.served / line.weight for line in others), default=0)
            for line in lines & rule.line_ids:
                line.served = level * line.weight
        return lines

    def _count(self, count):
        """Note that the salesperson had some more turns; the row is locked already."""
        self.env.execute_query(
            SQL(
                "UPDATE sales_customer_allocation_line SET served = served + %s WHERE id = %s "
                "RETURNING id",
                count,
                self.id,
            )
        )
        self.invalidate_recordset(["served"], flush=False)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        """New customers that nobody brought are allocated."""
        partners = super().create(vals_list)
        partners._allocate_new()
        return partners

    def _allocate_new(self):
        # by the rules of the company, whoever or whatever created them
        customers = self.sudo().filtered_domain(self._get_customer_domain())
        free = customers.filtered(lambda partner: not partner.user_id and not partner.pool_id)
        if not free or self._is_plain_salesperson():  # those of salespeople become theirs
            return
        left = self.env["sales.customer.allocation.rule"].sudo()._allocate(free)
        for company, partners in left.grouped("company_id").items():
            pool = (
                self.env["sales.customer.allocation.rule"]
                .sudo()
                ._get_intake_pool(company or self.env.company)
            )
            if pool:
                partners._change_owner(
                    partners.ids,
                    condition=SQL("user_id IS NULL AND pool_id IS NULL"),
                    pool=pool,
                    kind="allocate",
                )

    def action_allocate_customers(self):
        """Give the chosen customers that nobody has to salespeople by the allocation rules."""
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise UserError(self.env._("Only sales managers allocate customers. Ask one of them."))
        free = self.commercial_partner_id.filtered(lambda partner: not partner.user_id)
        left = self.env["sales.customer.allocation.rule"]._allocate(free)
        return self.env["sales.customer.pool.card"]._notify(
            self.env._("%s customers were allocated.", len(free) - len(left)),
            self.env._("No rule had anybody for %s customers.", len(left)) if left else "",
            is_complete=not left,
        )
