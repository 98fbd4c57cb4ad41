from odoo import api, fields, models
from odoo.tools import SQL, ormcache

KIND_SELECTION = [
    ("name", "Name"),
    ("tax", "Tax ID"),
    ("phone", "Phone"),
    ("mail", "Email"),
    ("domain", "Domain"),
    ("wechat", "WeChat ID"),
]


class SalesCustomerKeyPolicy(models.Model):
    """What happens when two customers have the same name, number or address."""

    _name = "sales.customer.key.policy"
    _description = "Duplicate Policy"
    _order = "sequence, id"
    _rec_name = "kind"

    kind = fields.Selection(KIND_SELECTION, required=True, readonly=True)
    sequence = fields.Integer(default=10)
    policy = fields.Selection(
        [("off", "Ignore"), ("warn", "Warn"), ("block", "Refuse")],
        required=True,
        default="warn",
        help="Refuse: no two customers can be saved with the same. Those that have it already "
        "stay as they are, and are listed to clean up.",
    )
    duplicate_count = fields.Integer(
        string="Duplicates to Clean Up", compute="_compute_duplicate_count"
    )

    _kind_unique = models.Constraint("UNIQUE (kind)", "There is a policy for this kind already.")

    def _compute_duplicate_count(self):
        groups = self.env["sales.customer.key"]._read_group(
            [("is_hard", "=", False), ("kind", "in", self.mapped("kind"))], ["kind"], ["__count"]
        )
        counts = dict(groups)
        for policy in self:
            is_blocking = policy.policy == "block"
            policy.duplicate_count = counts.get(policy.kind, 0) if is_blocking else 0

    @api.model
    @ormcache()
    def _get_policies(self):
        """Return the policy of each kind. Without a record, a kind is warned of."""
        # what the house decided holds for everybody, also for those who may not read it
        policies = self.sudo().search_fetch([("policy", "!=", False)], ["kind", "policy"])
        return dict.fromkeys(dict(KIND_SELECTION), "warn") | {p.kind: p.policy for p in policies}

    @api.model
    def _get_kinds(self, *policies):
        return [kind for kind, policy in self._get_policies().items() if policy in policies]

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._apply_policies()
        return records

    def write(self, vals):
        result = super().write(vals)
        if "policy" in vals:
            self._apply_policies()
        return result

    def unlink(self):
        kinds = self.mapped("kind")
        result = super().unlink()
        self._apply_kinds(kinds)
        return result

    def _apply_policies(self):
        self.flush_recordset()
        self._apply_kinds(self.mapped("kind"))

    @api.model
    def _apply_kinds(self, kinds):
        """Let the keys that are there follow the policy.

        Of duplicates the first has the key from now on; the others stay, and are listed.
        """
        self.env.registry.clear_cache()
        blocked = self._get_kinds("block")
        Key = self.env["sales.customer.key"]
        self.env.cr.execute(
            SQL(
                "UPDATE sales_customer_key SET is_hard = false WHERE is_hard AND kind = ANY(%s)",
                [kind for kind in kinds if kind not in blocked],
            )
        )
        Key._promote_keys(SQL("kind = ANY(%s)", [kind for kind in kinds if kind in blocked]))
        Key.invalidate_model(["is_hard"])

    def action_open_duplicates(self):
        """Open the customers that share what may not be shared."""
        return self.env["sales.customer.key"]._get_duplicates_action(self.mapped("kind"))
