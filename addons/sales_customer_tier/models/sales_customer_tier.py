from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval


class SalesCustomerTier(models.Model):
    """A kind of customers - new, old, excellent - that rules choose, with prices of its own.

    The first tier of the list whose conditions hold is the customer's.
    """

    _name = "sales.customer.tier"
    _description = "Customer Tier"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="The first tier whose conditions hold wins.")
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Switched On")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        help="A draft gives nobody a price. Simulate it before you switch it on.",
    )
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    condition_ids = fields.One2many("sales.customer.tier.condition", "tier_id", copy=True)
    grade_ids = fields.Many2many(
        "sales.customer.grade",
        "sales_customer_tier_grade_rel",
        string="Grades",
        help="Only customers of one of these grades. Empty: of any or none.",
    )
    stay_grade_ids = fields.Many2many(
        "sales.customer.grade",
        "sales_customer_tier_stay_grade_rel",
        string="More Grades to Stay",
        help="Who is in the tier stays with one of these grades, too.",
    )
    domain = fields.Char(
        string="Other Conditions", default="[]", help="Customers of the tier match this, too."
    )
    min_days = fields.Integer(
        string="Valid for (Days)",
        tracking=True,
        help="So long after it entered, a customer is not taken down. 0: no minimum.",
    )
    grace_days = fields.Integer(
        string="Grace (Days)",
        tracking=True,
        help="So long after it ceased to be enough to stay, a customer keeps the tier.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="The prices of the tier. One is made with the tier, based on the public pricelist.",
    )
    base_pricelist_id = fields.Many2one(
        "product.pricelist", compute="_compute_base_pricelist_id", string="Public Pricelist"
    )
    pricelist_item_ids = fields.One2many(
        related="pricelist_id.item_ids", string="Prices", readonly=False
    )
    replaces_id = fields.Many2one(
        "sales.customer.tier",
        string="Change of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="When this draft is switched on, its conditions and prices become those of that tier.",
    )
    membership_ids = fields.One2many("sales.customer.tier.membership", "tier_id")
    member_count = fields.Integer(compute="_compute_member_count")

    _days_check = models.Constraint(
        "CHECK (min_days >= 0 AND grace_days >= 0)", "Days cannot be negative."
    )

    @api.depends_context("uid")
    def _compute_member_count(self):
        groups = self.env["sales.customer.tier.membership"]._read_group(
            [("tier_id", "in", self.ids)], ["tier_id"], ["__count"]
        )
        counts = {tier.id: count for tier, count in groups}
        for tier in self:
            tier.member_count = counts.get(tier.id, 0)

    @api.depends("company_id")
    def _compute_base_pricelist_id(self):
        for company, tiers in self.grouped("company_id").items():
            tiers.base_pricelist_id = tiers._get_public_pricelist(company)

    @api.model
    def _get_public_pricelist(self, company):
        """Return the pricelist of who has none, or an empty one: list prices."""
        pricelists = self.env["product.pricelist"].with_company(company or self.env.company)
        return pricelists._get_country_pricelist_multi([])[False].filtered("active")

    @api.constrains("domain")
    def _check_domain(self):
        """Nobody asks about customers, by a filter, what he may not read of them."""
        # constraints are checked as superuser
        partners = self.env["res.partner"].sudo(False)
        for tier in self:
            try:
                partners._search(tier._get_domain(), limit=1)
            except Exception as error:  # whatever was typed
                raise UserError(
                    self.env._(
                        'Tier "%(tier)s": the other conditions cannot be read: %(error)s',
                        tier=tier.name,
                        error=error,
                    )
                ) from error

    def _get_domain(self):
        return Domain(safe_eval(self.domain or "[]"))

    # === PRICES === #

    @api.model_create_multi
    def create(self, vals_list):
        """Make the pricelist of each tier that comes without one, before its rules are written."""
        missing = [vals for vals in vals_list if not vals.get("pricelist_id")]
        pricelists = self.env["product.pricelist"].create(
            [self._prepare_pricelist(vals) for vals in missing]
        )
        for vals, pricelist in zip(missing, pricelists, strict=True):
            vals["pricelist_id"] = pricelist.id
        return super().create(vals_list)

    @api.model
    def _prepare_pricelist(self, vals):
        """Return the values of a pricelist that says what the public one says."""
        company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
        base = self._get_public_pricelist(company)
        return {
            "name": vals.get("name"),
            "company_id": company.id,
            "currency_id": (base.currency_id or company.currency_id).id,
            "is_customer_tier": True,
            "active": False,  # nobody can choose the prices of a draft
            "item_ids": [Command.create(self._prepare_pricelist_item(base))],
        }

    @api.model
    def _prepare_pricelist_item(self, base):
        # never without a rule: core takes such a pricelist for the default one of its company
        return {
            "applied_on": "3_global",
            "compute_price": "percentage",
            "percent_price": 0.0,
            "base": "pricelist" if base else "list_price",
            "base_pricelist_id": base.id,
        }

    def _get_applied_pricelist(self):
        """Return the pricelist of a tier that is switched on, where it may be used."""
        pricelists = self.filtered(lambda tier: tier.state == "running").pricelist_id
        return pricelists._get_partner_pricelist_multi_filter_hook()

    def _name_pricelists(self):
        """Call the pricelists of the tiers as the tiers, in each language."""
        for code, _name in self.env["res.lang"].get_installed():
            for tier in self.with_context(lang=code).filtered("pricelist_id.is_customer_tier"):
                tier.pricelist_id.name = tier.name

    def copy(self, default=None):
        """Copy the prices, too: a draft to try a change with."""
        copies = super().copy(default)
        for tier, new in zip(self, copies, strict=True):
            new.pricelist_id.item_ids.unlink()
            tier.pricelist_id.item_ids.copy({"pricelist_id": new.pricelist_id.id})
        return copies

    def copy_data(self, default=None):
        """Name copies as such."""
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for tier, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%s (copy)", tier.name)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # reason: whoever was in the tier counts, also customers that the user does not see
        history = self.env["sales.customer.tier.history"].sudo()
        changes = history.search(
            ["|", ("from_tier_id", "in", self.ids), ("to_tier_id", "in", self.ids)]
        )
        left = changes.from_tier_id | changes.to_tier_id
        used = self.filtered(lambda tier: tier.state == "running" or tier.id in left.ids)
        if used:
            raise UserError(
                self.env._(
                    "%s: customers are or were in this tier. Switch it off and archive it.",
                    ", ".join(used.mapped("name")),
                )
            )

    # === SWITCHING ON AND OFF === #

    def action_switch_on(self):
        """Let the tiers apply: their prices, and the next computation.

        :raise UserError: pricelists are not switched on in the settings
        """
        self.check_access("write")
        if not self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist"):
            raise UserError(
                self.env._(
                    "A tier has its prices in a pricelist, and pricelists are switched off. Switch "
                    "them on in Sales > Configuration > Settings > Pricing first."
                )
            )
        changes = self.filtered("replaces_id")
        changes._apply_change()
        others = self - changes
        others._name_pricelists()
        others.pricelist_id.action_unarchive()
        others.write({"state": "running"})
        self._trigger_job()
        if len(changes) == len(self) == 1:
            return self._get_form_action(self.replaces_id)
        return None

    @api.model
    def _get_form_action(self, tier):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": tier.id,
            "view_mode": "form",
        }

    def action_change(self):
        """Make a draft of a change, to simulate before it is switched on."""
        self.ensure_one()
        name = self.env._("%s (change)", self.name)
        draft = self.copy({"name": name, "replaces_id": self.id, "sequence": self.sequence})
        return self._get_form_action(draft)

    def _apply_change(self):
        """Give the tiers that these drafts change their conditions and prices.

        The tier itself stays, and so do its customers, its history and its pricelist.
        """
        for draft in self:
            tier = draft.replaces_id
            tier.write(draft._prepare_change())
            tier.condition_ids.unlink()
            draft.condition_ids.copy({"tier_id": tier.id})
            draft._apply_prices(tier)
        self.action_archive()

    def _apply_prices(self, tier):
        """Give a tier these prices; a pricelist that others use as well is not written into."""
        if self.pricelist_id.is_customer_tier and tier.pricelist_id.is_customer_tier:
            tier.pricelist_id.item_ids.unlink()
            self.pricelist_id.item_ids.copy({"pricelist_id": tier.pricelist_id.id})
        else:
            tier.pricelist_id = self.pricelist_id

    def _prepare_change(self):
        return {
            "sequence": self.sequence,
            "domain": self.domain,
            "min_days": self.min_days,
            "grace_days": self.grace_days,
            "grade_ids": [Command.set(self.grade_ids.ids)],
            "stay_grade_ids": [Command.set(self.stay_grade_ids.ids)],
        }

    def action_switch_off(self):
        """Take the prices of the tiers away; the next computation moves their customers."""
        self.check_access("write")
        self.write({"state": "draft"})
        # one that others chose as the prices of a tier is used elsewhere, too
        self.pricelist_id.filtered("is_customer_tier").action_archive()
        self._trigger_job()

    def write(self, vals):
        """An archived tier does not apply; a tier stays with its company."""
        if "company_id" in vals:
            self._check_company_change(vals["company_id"])
        if vals.get("active") is False:
            self._check_archive()
        return super().write(vals)

    def _check_company_change(self, company_id):
        others = self.filtered(lambda tier: tier.company_id.id != company_id)
        used = others.filtered("membership_ids")
        if used:
            raise UserError(
                self.env._("%s: a tier with customers stays in its company.", used[0].name)
            )

    def _check_archive(self):
        running = self.filtered(lambda tier: tier.state == "running")
        if running:
            raise UserError(
                self.env._("%s: switch the tier off before you archive it.", running[0].name)
            )

    @api.model
    def _trigger_job(self):
        # reason: who manages tiers need not be an administrator of jobs
        self.env.ref("sales_customer_tier.ir_cron_compute").sudo()._trigger()

    def action_compute(self):
        """Compute the tiers of all customers soon, in the background."""
        self.check_access("write")
        self._trigger_job()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The tiers of all customers are being computed in the background."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_open_members(self):
        """Open the customers of the tier."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "sales.customer.tier.membership",
            "view_mode": "list,form",
            "domain": [("tier_id", "=", self.id)],
        }

    def action_simulate(self):
        """Open a new simulation of the tier."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Would It Have Cost?"),
            "res_model": "sales.customer.tier.simulation",
            "view_mode": "form",
            "context": {"default_tier_id": self.id},
        }

    @api.model
    def _get_running(self, company):
        """Return the tiers that apply in a company, the one that wins first."""
        return self.search([("company_id", "=", company.id), ("state", "=", "running")])

    def _get_domain_condition(self):
        domain = self._get_domain()
        if domain.is_true():
            return SQL("TRUE")
        # reason: a rule of the company; who is in a tier does not depend on who computes it
        partners = self.env["res.partner"].sudo().with_company(self.company_id)
        query = partners.with_context(active_test=False)._search(domain)
        return SQL("scope.id IN %s", query.subselect())
