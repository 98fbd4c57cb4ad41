from odoo import api, models
from odoo.tools import SQL, ormcache

RULE = "sales_customer_pool.res_partner_rule_salesperson"
# The scopes stand for this rule. Where a company has another one, they tell nothing.
RULE_DOMAIN = """[
    "|", ("partner_share", "=", False),
    ("commercial_partner_id", "any", [
        "|", "|", "|", "|",
        ("customer_rank", "=", 0),
        ("user_id", "=", user.id),
        ("user_id.sale_team_id.user_id", "=", user.id),
        ("pool_id.admin_ids", "in", user.ids),
        "&", ("user_id", "=", False), ("pool_id", "=", False),
    ]),
]"""


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _get_search_texts(self):
        """Extend: those of a salesperson who reads by the rule of the pools."""
        if not (self._is_plain_salesperson() and self._is_rule_of_pools_alone()):
            return super()._get_search_texts()
        return SQL(
            "SELECT partner_id, text FROM sales_customer_search_text WHERE scope = ANY(%s)",
            self._get_search_scopes(),
        )

    @api.model
    def _get_search_scopes(self):
        """Return own customers, those of the teams and pools that the user leads, and nobody's."""
        self.env["res.users"].flush_model(["sale_team_id"])
        self.env["crm.team"].flush_model(["user_id"])
        self.env["sales.customer.pool"].flush_model(["admin_ids"])
        query = SQL(
            """
            SELECT member.id
              FROM res_users member
              JOIN crm_team team ON team.id = member.sale_team_id
             WHERE team.user_id = %(user)s
             UNION
            SELECT -sales_customer_pool_id
              FROM sales_customer_pool_admin_rel
             WHERE res_users_id = %(user)s
            """,
            user=self.env.uid,
        )
        return [0, self.env.uid, *(scope for [scope] in self.env.execute_query(query))]

    @api.model
    @ormcache("self.env.uid")
    def _is_rule_of_pools_alone(self):
        """Tell whether nothing but the rule of the pools, as it was shipped, lets the user read.

        Kept as Odoo keeps the domain of rules: until a rule or the groups of a user change.
        """
        rules = self.env["ir.rule"]._get_rules("res.partner", "read").sudo()
        rule = self.env.ref(RULE, raise_if_not_found=False)
        own = rules.filtered("groups")
        return own == rule and own.domain_force.split() == RULE_DOMAIN.split()
