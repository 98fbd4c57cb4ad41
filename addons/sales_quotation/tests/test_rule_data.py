from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import convert_file

from .common import QuotationCase

MODULE = "sales_quotation"
NAME = "approval_rule_prices_tier"
MIGRATION = f"{MODULE}/migrations/19.0.1.1.0/pre-migration.py"


@tagged("post_install", "-at_install")
class TestRuleData(QuotationCase):
    """The rule that we ship has one tier, whose name is translated, also in older databases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tier = cls.env.ref(f"{MODULE}.{NAME}")
        cls.rule = cls.env.ref(f"{MODULE}.approval_rule_prices")

    def _forget(self):
        """As it was in older databases: the tier came inside of its rule, without a name."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.model.data"].search([("module", "=", MODULE), ("name", "=", NAME)]).unlink()
        self.env.flush_all()
        self.env.cr.execute("UPDATE sales_approval_rule_tier SET name = name - 'zh_CN'")
        self.env.invalidate_all()

    def _update(self):
        """What an update of the addon does with this."""
        self.env.flush_all()
        load_script(MIGRATION, "pre-migration").migrate(self.env.cr, "19.0.1.0.0")
        self.env.registry.clear_all_caches()
        self.env.invalidate_all()
        file = "data/sales_approval_rule_data.xml"
        convert_file(self.env, MODULE, file, {}, mode="update", noupdate=True)
        self.env["ir.module.module"]._load_module_terms([MODULE], ["zh_CN"])
        self.env.invalidate_all()

    def _read(self, lang):
        return [tier.name for tier in self.rule.tier_ids.with_context(lang=lang)]

    def test_the_tier_is_translated(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms([MODULE], ["zh_CN"])
        self.assertEqual(self._read("zh_CN"), ["销售经理"])
        self.assertEqual(self._read("en_US"), ["Sales manager"])
        self.assertEqual(self.rule.with_context(lang="zh_CN").name, "底价和折扣上限")

    def test_an_older_database_keeps_its_tier(self):
        self._forget()
        for _time in range(2):
            self._update()
            self.assertEqual(self.rule.tier_ids, self.tier)
            self.assertEqual(self.env.ref(f"{MODULE}.{NAME}"), self.tier)
            self.assertEqual(self._read("zh_CN"), ["销售经理"])

    def test_tiers_of_the_company_stay_alone(self):
        self._forget()
        self.tier.name = "Board"
        self._update()
        self.assertEqual(self._read("zh_CN"), ["Board"])
        mine = self.tier.copy({"name": "Mine"})
        self.tier.unlink()
        self._update()
        self.assertEqual(self.rule.tier_ids, mine)
