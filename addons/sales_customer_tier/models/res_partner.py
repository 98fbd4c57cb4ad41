from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    customer_tier_id = fields.Many2one(
        "sales.customer.tier",
        string="Tier",
        company_dependent=True,
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="sales_team.group_sale_salesman",
        help="By the rules of the company, or given by a sales manager.",
    )
    customer_tier_reason = fields.Char(
        string="Why This Tier",
        compute="_compute_customer_tier_reason",
        compute_sudo=True,
        groups="sales_team.group_sale_salesman",
    )
    customer_tier_until = fields.Date(
        string="Tier Valid Until",
        compute="_compute_customer_tier_reason",
        compute_sudo=True,
        groups="sales_team.group_sale_salesman",
    )
    customer_tier_by_hand = fields.Boolean(
        string="Tier by Hand",
        compute="_compute_customer_tier_reason",
        compute_sudo=True,
        groups="sales_team.group_sale_salesman",
    )
    customer_tier_history_ids = fields.One2many(
        "sales.customer.tier.history",
        "partner_id",
        string="Tier History",
        groups="sales_team.group_sale_salesman",
    )

    @api.model
    def _check_field_access(self, field, operation):
        """Prices follow from the tier: only rules write it, and managers who say why.

        Not in ``_has_field_access``, which is asked each time that any field is read.
        """
        if field.name == "customer_tier_id" and operation == "write" and not self.env.su:
            raise AccessError(
                self.env._(
                    "The tier of a customer follows from rules. Press “Give a Tier” instead."
                )
            )
        return super()._check_field_access(field, operation)

    @api.depends("customer_tier_id")
    @api.depends_context("company", "lang")
    def _compute_customer_tier_reason(self):
        memberships = self.env["sales.customer.tier.membership"].search(
            [("partner_id", "in", self.ids), ("company_id", "=", self.env.company.id)]
        )
        by_partner = memberships.grouped("partner_id")
        for partner in self:
            found = by_partner.get(partner._origin, memberships.browse())
            partner.customer_tier_reason = found.why
            partner.customer_tier_until = found.locked_until if found.locked else found.valid_until
            partner.customer_tier_by_hand = found.locked

    def _set_customer_tiers(self, value):
        """Write the tiers of all companies.

        :param value: SQL of an object of company and tier ids
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner partner SET customer_tier_id = %s WHERE id = ANY(%s)",
                value,
                self.ids,
            )
        )
        self.invalidate_recordset(["customer_tier_id"], flush=False)

    # === PRICES === #

    # The pricelist does not depend on the tier by ``api.depends``: with the tier, Odoo would delete
    # the fields of users that core inherits from it. Memberships invalidate it instead.

    def _inverse_product_pricelist(self):
        """Extend: core forgets what it takes for the default; in a tier that is another one."""
        pricelists = self.env["product.pricelist"]
        tiers = {
            # reason: whoever writes a customer need not be allowed to read tiers
            partner: partner.sudo().commercial_partner_id.customer_tier_id._get_applied_pricelist()
            for partner in self
        }
        in_tier = self.filtered(lambda partner: tiers[partner])
        for partner in in_tier:
            chosen = partner.property_product_pricelist
            is_own = chosen and chosen.id != tiers[partner].id
            partner.specific_property_product_pricelist = chosen if is_own else pricelists
        return super(ResPartner, self - in_tier)._inverse_product_pricelist()

    # === ACTIONS === #

    def action_assign_tier(self):
        """Open the dialog in which a manager gives these customers a tier by hand."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Give a Tier"),
            "res_model": "sales.customer.tier.assign",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_ids": self.commercial_partner_id.ids},
        }

    def action_compute_tier(self):
        """Compute the tier of these customers now.

        :raise AccessError: the user is not a sales manager
        """
        memberships = self.env["sales.customer.tier.membership"]
        memberships._check_manager()
        memberships._compute_batch(self.env.company, self.commercial_partner_id.ids)
