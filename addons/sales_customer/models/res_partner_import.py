import io

from openpyxl import Workbook
from openpyxl.styles import Font

from odoo import api, models
from odoo.tools import split_every

from ..tools.customer_keys import ContactValues, CustomerKey, get_customer_keys

ROWS_AT_ONCE = 500
TEMPLATE_FIELDS = (
    "name",
    "is_company",
    "customer_code",
    "vat",
    "phone",
    "mobile",
    "email",
    "wechat",
    "website",
    "street",
    "city",
    "zip",
    "country_id",
    "industry_id",
    "sales_region_id",
    "source_id",
    "customer_grade_id",
    "user_id",
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def get_import_templates(self):
        """Offer the template of the customer file alone: core's screen breaks with two of them."""
        return [
            {
                "label": self.env._("Template for the customer file"),
                "template": "/sales_customer/import_template",
            }
        ]

    @api.model
    def _get_customer_template_fields(self):
        """Hook: the fields of the import template, in their order."""
        hidden = self._get_hidden_fields("write")
        return [name for name in TEMPLATE_FIELDS if name not in hidden]

    @api.model
    def _prepare_customer_template_row(self):
        """Hook: the example row."""
        return {
            "name": self.env._("Example Trading Co., Ltd."),
            "is_company": True,
            "vat": "91310000EXAMPLE001",
            "phone": "+86 21 5555 0100",
            "mobile": "+86 138 0000 0000",
            "email": "office@trading.example.com",
            "wechat": "example_trading",
            "website": "www.trading.example.com",
            "street": self.env._("88 Example Road"),
            "city": self.env._("Shanghai"),
            "zip": "200040",
            "country_id": self.env.ref("base.cn").display_name,
        }

    @api.model
    def _get_customer_template(self):
        """Return the content of a workbook with one row as an example."""
        book = Workbook()
        sheet = book.active
        names = self._get_customer_template_fields()
        labels = self.fields_get(names, ["string"])
        row = self._prepare_customer_template_row()
        sheet.append([labels[name]["string"] for name in names])
        sheet.append([row.get(name) for name in names])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            sheet.column_dimensions[cell.column_letter].width = 20
        sheet.freeze_panes = "A2"
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    # === REFUSING ROWS === #

    @api.model
    def _extract_records(self, field_paths, data, log=lambda message: None, limit=None):
        """Say of each row of a file that it is a duplicate, before any of them is saved.

        Core saves all rows at once and, when that fails, one by one, forgetting at each failure
        what it saved before: it would not find the duplicates within the file.
        """
        records = super()._extract_records(
            field_paths, data, log=log, limit=float("inf") if limit is None else limit
        )
        # only load() gives a limit, others ask for the records that lie in a record;
        # sales_import asks for the problems of the rows by itself
        if limit is None or self.env.context.get("import_report") is not None:
            yield from records
            return
        seen = {}
        for rows in split_every(ROWS_AT_ONCE, records, list):
            problems = self._find_import_duplicates(
                [self._get_raw_values(r) for r, _i in rows], seen
            )
            for number, (record, info) in enumerate(rows):
                if number in problems:
                    log({**info, "type": "error", "message": problems[number]})
                else:
                    yield record, info

    @api.model
    def _get_raw_values(self, record):
        """Return what a row says as text of a new customer; nothing of one that is updated."""
        if record.get("id") or record.get(".id"):
            return {}
        values = {name: value for name, value in record.items() if isinstance(value, str)}
        return values | {"parent_id": bool(record.get("parent_id"))}

    @api.model
    def _get_import_problems(self, values_list):
        """Answer the question that sales_import asks, where it is installed."""
        ask = getattr(super(), "_get_import_problems", None)
        new = [{} if values.get("id") else values for values in values_list]
        duplicates = self._find_import_duplicates(new, {})
        return [
            *(ask(values_list) if ask else ()),
            *((number, False, message) for number, message in duplicates.items()),
        ]

    @api.model
    def _find_import_duplicates(self, values_list, seen):
        """Return why new companies or persons cannot be saved, all with one query.

        :param values_list: values of ``res.partner``
        :param seen: dict {key: name} of what the same file said before; added to
        :return: dict {position in values_list: message}
        """
        Key = self.env["sales.customer.key"]
        kinds = self.env["sales.customer.key.policy"]._get_kinds("block")
        keys = {
            number: {
                (*key, company_id)
                for key in self._get_import_keys(values, kinds)
                for company_id in {values.get("company_id") or 0, 0}
            }
            for number, values in enumerate(values_list)
            if values and not values.get("parent_id")
        }
        wanted = set().union(*keys.values())
        holders = Key._find_holders(wanted) if wanted and self._is_refusing_duplicates() else {}
        problems = {}
        for number, own in keys.items():
            name = values_list[number].get("name") or ""
            conflicts = {CustomerKey(*k[:2]): holders[k] for k in sorted(own) if k in holders}
            if conflicts:
                found = [(key, self.browse(holder)) for key, holder in conflicts.items()]
                problems[number] = self._get_duplicate_refusal(name, found)
            elif earlier := sorted(key for key in own if key in seen):
                problems[number] = self._get_file_refusal(name, earlier[0], seen)
            else:
                seen.update(dict.fromkeys(own, name))
        return problems

    @api.model
    def _get_file_refusal(self, name, key, seen):
        return self.env._(
            '%(name)s cannot be saved: %(label)s "%(value)s" belongs to %(other)s, which is in '
            "this file, too. Put them into one row.",
            name=name,
            label=self._get_key_labels()[key[0]],
            value=key[1],
            other=seen[key],
        )

    @api.model
    def _get_import_keys(self, values, kinds):
        country = self.env["res.country"].browse(values.get("country_id") or [])
        contact = ContactValues(
            (country or self.env.company.country_id).code or "",
            (values.get("phone"), values.get("mobile")),
            (values.get("email"),),
            (values.get("website"),),
            values.get("wechat"),
        )
        taxes = (values.get("vat"), values.get("company_registry"))
        name = values.get("name")
        is_company = bool(values.get("is_company"))
        return get_customer_keys(name, is_company, taxes, [contact], kinds)
