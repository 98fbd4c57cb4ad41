import logging
from datetime import timedelta

from odoo import api, fields, models

from ..company.order_plan import OrderPlan
from ..company.tables import read_table

MODULE = "sales_cycle_demo"
CHINA = timedelta(hours=8)

_logger = logging.getLogger(__name__)


class SalesCycleDemo(models.AbstractModel):
    """Creates a trading company, by the methods that its people would use.

    Each ``_load_*`` is one subject and can be extended by the addons that continue the story;
    records get XML ids of this addon, ``customer_<key>``, ``product_<key>`` and so on.
    """

    _name = "sales.cycle.demo"
    _description = "Demo Company"

    @api.model
    def _load(self):
        """Create the company, once.

        :return: whether something was created
        """
        if self._is_loaded():
            return False
        demo = self._with_demo_context()
        demo._load_company()
        demo._load_users()
        demo._load_customers()
        demo._load_products()
        demo._load_price_rules()
        demo._load_stock()
        demo._load_orders()
        demo._load_activities()
        demo._load_followups()
        demo._load_pools()
        demo._load_tiers()
        demo._load_quotations()
        demo._load_contracts()
        demo._load_document_templates()
        return True

    @api.model
    def _is_loaded(self):
        return bool(self.env.ref(f"{MODULE}.warehouse_chengdu", raise_if_not_found=False))

    @api.model
    def _with_demo_context(self):
        """Return the model as it loads: quietly, in the source language, in the main company.

        What the chatter would say today is written by ``_load_activities`` on the right days.
        """
        company = self.env.ref("base.main_company")
        return self.sudo().with_context(
            lang="en_US",
            tz="Asia/Shanghai",
            allowed_company_ids=company.ids,
            tracking_disable=True,
            no_reset_password=True,
            mail_activity_quick_update=True,
            mail_auto_subscribe_no_notify=True,
        )

    # === HELPERS === #

    @api.model
    def _ref(self, kind, key):
        """Return the record of a table's row."""
        return self.env.ref(f"{MODULE}.{kind}_{key}")

    @api.model
    def _name_records(self, kind, keys, records):
        """Give records their XML ids; an update of the addon leaves them alone."""
        self.env["ir.model.data"]._update_xmlids(
            [
                {"xml_id": f"{MODULE}.{kind}_{key}", "record": record, "noupdate": True}
                for key, record in zip(keys, records, strict=True)
            ]
        )

    @api.model
    def _create_rows(self, kind, model, rows, prepare):
        """Create the records of a table in one batch.

        :param prepare: method that returns the values of a row
        """
        records = self.env[model].create([prepare(row) for row in rows])
        self._name_records(kind, [row["key"] for row in rows], records)
        return records

    @api.model
    def _translate_names(self, records, names):
        """Give the records their Chinese names, when the database knows the language."""
        if self.env["res.lang"]._get_data(code="zh_CN"):
            for record, name in zip(records, names, strict=True):
                record.update_field_translations("name", {"zh_CN": name})

    @api.model
    def _get_state(self, code):
        return self.env.ref(f"base.state_cn_{code}")

    @api.model
    def _get_language(self, is_chinese):
        wanted = "zh_CN" if is_chinese else "en_US"
        return wanted if self.env["res.lang"]._get_data(code=wanted) else self.env.user.lang

    @api.model
    def _get_time(self, age, hour=9, minute=0):
        """Return a moment of a working day, in China's time.

        :param age: days before today, negative for days to come
        :return: naive UTC datetime as Odoo stores it
        """
        now = fields.Datetime.now()
        day = (now + CHINA - timedelta(days=age)).replace(hour=hour, minute=minute, second=0)
        weekend = max(day.weekday() - 4, 0)
        day += timedelta(days=3 - weekend if age < 0 else -weekend) if weekend else timedelta()
        moment = day - CHINA
        return min(moment, now - timedelta(minutes=10)) if age >= 0 else moment

    @api.model
    def _get_order_plan(self):
        warehouses = {row["login"]: row["warehouse"] for row in read_table("users")}
        return OrderPlan(read_table("customers"), read_table("products"), warehouses)

    @api.model
    def _report_progress(self, subject, done, total):
        """Tell how far the loading is; ``tools/load_demo.py`` shows it to whoever waits."""
        _logger.info("%s %s/%s", subject, done, total)
