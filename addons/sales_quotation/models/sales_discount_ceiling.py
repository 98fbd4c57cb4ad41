from odoo import api, fields, models


class SalesDiscountCeiling(models.Model):
    """How far below the price of the customer's pricelist somebody may sell."""

    _name = "sales.discount.ceiling"
    _description = "Discount Ceiling"
    _inherit = "sales.price.rule"

    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="cascade",
    )
    group_id = fields.Many2one(
        "res.groups",
        string="Role",
        ondelete="cascade",
        help="Everybody of this role. Of several roles the highest ceiling counts.",
    )
    percent = fields.Float(
        string="At Most (%)",
        required=True,
        digits=(16, 2),
        help="Percent below the price of the customer's pricelist, whether by a discount or by a "
        "lower price.",
    )

    _percent_check = models.Constraint(
        "CHECK (percent >= 0 AND percent <= 100)", "A ceiling is between 0 and 100 percent."
    )

    _whose_check = models.Constraint(
        "CHECK ((user_id IS NULL) <> (group_id IS NULL))",
        "A discount ceiling is either for a salesperson or for a role.",
    )

    @api.depends("user_id", "group_id", "categ_id", "percent")
    def _compute_display_name(self):
        for rule in self:
            whose = rule.user_id.name or rule.group_id.display_name or ""
            where = f", {rule.categ_id.display_name}" if rule.categ_id else ""
            rule.display_name = f"{whose}{where}: {rule.percent:g} %"

    def _get_rank(self):
        """The highest ceiling first; person and category are told apart by the index."""
        return (-self.percent, self.sequence, self.id)

    def _get_index(self, user):
        """Give the highest of the rules of a salesperson for each category.

        :param user: res.users
        :return: {("user" or "group", category id): sales.discount.ceiling}
        """
        index, groups = {}, user.all_group_ids
        for rule in self:
            if rule.user_id == user and user:
                index.setdefault(("user", rule.categ_id.id), rule)
            elif rule.group_id and rule.group_id in groups:
                index.setdefault(("group", rule.categ_id.id), rule)
        return index

    @api.model
    def _find(self, index, product):
        """Give the most specific rule: the person before his roles, then the deeper category.

        :param index: what ``_get_index`` gave
        """
        path = (product.categ_id.parent_path or "").split("/")[:-1]
        places = [*(int(category) for category in reversed(path)), False]
        keys = [(whose, place) for whose in ("user", "group") for place in places]
        return next((index[key] for key in keys if key in index), self.browse())
