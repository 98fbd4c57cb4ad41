from odoo import api, models
from odoo.fields import Command

from ..company.tables import read_table

COMPANY = {
    "name": "蓉拓工业供应 Rongtuo Industrial Supply",
    "street": "高新区天府大道中段 1366 号",
    "city": "成都市",
    "zip": "610041",
    "phone": "+86 28 8555 0100",
    "email": "info@rongtuo.example.com",
    "website": "https://www.rongtuo.example.com",
    "vat": "91510107MA1L0LHM3G",
}
COORDINATES = {"partner_latitude": 30.5462, "partner_longitude": 104.0627}
FEATURES = (
    "product.group_product_pricelist",
    "sale.group_discount_per_so_line",
    "stock.group_production_lot",
    "stock.group_stock_multi_locations",
    "stock.group_stock_multi_warehouses",
    "uom.group_uom",
)


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_company(self):
        """Set up the main company, unless it has accounting entries: then it is somebody's."""
        self.env.ref("base.user_admin").tz = "Asia/Shanghai"
        self._keep_customers_inside()
        features = [Command.link(self.env.ref(xmlid).id) for xmlid in FEATURES]
        self.env.ref("base.group_user").write({"implied_ids": features})
        if not self.env.company._existing_accounting():
            self._set_up_company(self.env.company)
        self._report_progress("company", 1, 1)
        self._load_teams()

    @api.model
    def _keep_customers_inside(self):
        """Invented customers are not to be looked up at a service outside."""
        self.env["ir.config_parameter"].set_param("crm.iap.lead.enrich.setting", "manual")
        cron = self.env.ref("crm_iap_enrich.ir_cron_lead_enrichment", raise_if_not_found=False)
        if cron:
            cron.active = False

    @api.model
    def _set_up_company(self, company):
        china = self.env.ref("base.cn")
        company.write({**COMPANY, "country_id": china.id, "state_id": self._get_state("SC").id})
        company.partner_id.write({**COORDINATES, "tz": "Asia/Shanghai"})
        self.env["account.chart.template"].try_loading("cn", company)
        self._set_bank_account(company)

    @api.model
    def _set_bank_account(self, company):
        """Book payments on the bank account at once: the demo company has no statements."""
        journal = self._get_bank_journal(company)
        lines = journal.inbound_payment_method_line_ids
        lines.payment_account_id = journal.default_account_id

    @api.model
    def _get_bank_journal(self, company):
        return self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
        )

    @api.model
    def _load_teams(self):
        rows = read_table("teams")
        teams = self._create_rows("team", "crm.team", rows, self._prepare_team)
        self._translate_names(teams, [row["name_zh"] for row in rows])

    @api.model
    def _prepare_team(self, row):
        return {"name": row["name"], "company_id": self.env.company.id}
