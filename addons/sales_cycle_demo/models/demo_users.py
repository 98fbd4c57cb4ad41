from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..company.tables import read_table

ROLES = {
    "salesperson": ("sales_team.group_sale_salesman", "base.group_partner_manager"),
    "sales_manager": (
        "sales_team.group_sale_manager",
        "base.group_partner_manager",
        "account.group_account_invoice",
        "stock.group_stock_user",
    ),
    "warehouse": ("stock.group_stock_manager",),
}


# One model, one file for each subject of the company.
class SalesCycleDemo(models.AbstractModel):  # pylint: disable=consider-merging-classes-inherited
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_users(self):
        rows = read_table("users")
        self._check_logins([row["login"] for row in rows])
        users = self._create_rows("user", "res.users", rows, self._prepare_user)
        users.notification_type = "inbox"  # nobody reads what is mailed to example.com
        self._set_team_leader(self._ref("user", "manager"))
        self._report_progress("users", len(rows), len(rows))

    @api.model
    def _check_logins(self, logins):
        user = self.env["res.users"].with_context(active_test=False)
        taken = user.search([("login", "in", logins)], limit=1)
        if taken:
            raise UserError(
                self.env._(
                    "The demo company needs the login %(login)s, which %(name)s has: rename that "
                    "login, then load the demo data again.",
                    login=taken.login,
                    name=taken.name,
                )
            )

    @api.model
    def _prepare_user(self, row):
        groups = [self.env.ref(xmlid).id for xmlid in ("base.group_user", *ROLES[row["role"]])]
        teams = [self._ref("team", row["team"])] if row["team"] else []
        return {
            "name": row["name"],
            "login": row["login"],
            "password": row["login"],
            "email": f"{row['login']}@rongtuo.example.com",
            "phone": row["phone"],
            "tz": "Asia/Shanghai",
            "lang": self.env.ref("base.user_admin").lang,
            "company_id": self.env.company.id,
            "company_ids": [Command.set(self.env.company.ids)],
            "group_ids": [Command.set(groups)],
            "crm_team_member_ids": [Command.create({"crm_team_id": team.id}) for team in teams],
        }

    @api.model
    def _set_team_leader(self, manager):
        for row in read_table("teams"):
            self._ref("team", row["key"]).user_id = manager
