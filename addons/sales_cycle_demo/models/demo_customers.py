from odoo import api, models
from odoo.fields import Command

from ..company.tables import read_table

PAYMENT_TERMS = {
    "0": "account.account_payment_term_immediate",
    "30": "account.account_payment_term_30days",
    "45": "account.account_payment_term_45days",
}


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_customers(self):
        """Create customers and suppliers with their contacts and where they are (WGS-84)."""
        self._load_tags()
        self._load_sources_and_regions()
        rows = read_table("customers")
        self._create_rows("customer", "res.partner", rows, self._prepare_customer)
        self._report_progress("customers", len(rows), len(rows))
        contacts = read_table("contacts")
        self._create_rows("contact", "res.partner", contacts, self._prepare_contact)
        self._report_progress("contacts", len(contacts), len(contacts))
        self._create_rows(
            "supplier", "res.partner", read_table("suppliers"), self._prepare_supplier
        )

    @api.model
    def _load_tags(self):
        rows = read_table("tags")
        tags = self._create_rows("tag", "res.partner.category", rows, self._prepare_tag)
        self._translate_names(tags, [row["name_zh"] for row in rows])

    @api.model
    def _prepare_tag(self, row):
        return {"name": row["name"], "color": int(row["colour"])}

    @api.model
    def _load_sources_and_regions(self):
        for kind, model in (("source", "utm.source"), ("region", "sales.region")):
            rows = read_table(f"{kind}s")
            records = self._create_rows(kind, model, rows, lambda row: {"name": row["name"]})
            for row, record in zip(rows, records, strict=True):
                if row.get("parent"):
                    record.parent_id = self._ref(kind, row["parent"])

    @api.model
    def _prepare_customer(self, row):
        tags = [self._ref("tag", tag).id for tag in row["tags"].split(",")]
        return {
            **self._prepare_address(row),
            **self._prepare_customer_file(row),
            "ref": row["ref"],
            "vat": row["vat"],
            "website": row["website"],
            "user_id": self._get_salesperson(row["salesperson"]).id,
            "category_id": [Command.set(tags)],
            "property_payment_term_id": self.env.ref(PAYMENT_TERMS[row["terms"]]).id,
        }

    @api.model
    def _get_salesperson(self, login):
        return self._ref("user", login.replace(".", "_"))

    @api.model
    def _get_grade(self, key):
        return self.env.ref(f"sales_customer.grade_{key}")

    @api.model
    def _prepare_customer_file(self, row):
        return {
            "lang": self._get_language(not row["name"].isascii() and row["country"] == "CN"),
            "industry_id": self.env.ref(f"base.res_partner_industry_{row['industry']}").id,
            "customer_rank": 1,
            "mobile": row["mobile"],
            "wechat": row["wechat"],
            "sales_region_id": self._ref("region", row["region"]).id,
            "customer_grade_id": self._get_grade(row["grade"]).id,
            "source_id": self._ref("source", row["source"]).id,
            "followup_method": row["contact"],
        }

    @api.model
    def _prepare_address(self, row):
        country = self.env.ref(f"base.{row.get('country', 'CN').lower()}")
        is_chinese = country == self.env.ref("base.cn")
        return {
            "name": row["name"],
            "company_type": "company",
            "street": row["street"],
            "city": row["city"],
            "zip": row["zip"],
            "state_id": self._get_state(row["state"]).id if is_chinese else False,
            "country_id": country.id,
            "partner_latitude": float(row["latitude"]),
            "partner_longitude": float(row["longitude"]),
            "tz": "Asia/Shanghai" if is_chinese else False,
            "phone": row["phone"],
            "email": row.get("email"),
        }

    @api.model
    def _prepare_contact(self, row):
        customer = self._ref("customer", row["customer"])
        return {
            "parent_id": customer.id,
            "type": "contact",
            "name": row["name"],
            "function": row["function"],
            "phone": row["phone"],
            "email": row["email"],
            "lang": customer.lang,
            "user_id": customer.user_id.id,
        }

    @api.model
    def _prepare_supplier(self, row):
        return {
            **self._prepare_address(row),
            "lang": self._get_language(True),
            "supplier_rank": 1,
        }
