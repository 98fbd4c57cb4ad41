import random

from lxml import etree

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import LayoutCommon


@tagged("post_install", "-at_install")
class TestCustomerLayoutPlaces(LayoutCommon):
    """Parts stand where the layout says, and what restricted them goes with them."""

    def test_loading_changes_nothing(self):
        layout = self._create_layout()
        before = etree.tostring(self.layouts._get_plain_form()[0])
        layout.action_load_form()
        self.assertGreater(len(layout.line_ids), 50)
        arch, _view = self.layouts._get_plain_form()
        self.assertFalse(layout._arrange(arch).problems)
        self.assertEqual(etree.tostring(arch).decode(), before.decode())
        self.assertFalse(layout.problem)

    def test_loading_again_adds_what_is_new(self):
        layout = self._create_layout()
        layout.action_load_form()
        parts = layout.line_ids.mapped("element")
        layout.line_ids.filtered(lambda line: line.element == "website").label = "Home Page"
        layout.line_ids.filtered(lambda line: line.element == "vat").unlink()
        layout.action_load_form()
        self.assertEqual(layout.line_ids.mapped("element"), parts)
        website = layout.line_ids.filtered(lambda line: line.element == "website")
        self.assertEqual(website.label, "Home Page")

    def test_order_in_a_section(self):
        self._create_layout(("section", "customer_file"), "customer_grade_id", "source_id")
        names = self._get_names("customer_file")
        self.assertLess(names.index("customer_grade_id"), names.index("source_id"))
        open_to_all = {n for n in names if not self.partners._fields[n].groups}
        self.assertEqual(open_to_all, {*self._get_names("customer_file", self.clerk)})

    def test_field_goes_to_another_section(self):
        self._create_layout(("section", "customer_file"), "source_id", "website", "industry_id")
        names = self._get_names("customer_file")
        at = names.index("source_id")
        self.assertEqual(names[at + 1 : at + 3], ["website", "industry_id"])
        self.assertEqual(self._find("website").getparent().get("name"), "customer_file")
        self.assertNotIn("industry_id", self._get_names("misc"))

    def test_first_of_another_section(self):
        self._create_layout(("section", "customer_file"), "website", "source_id")
        names = self._get_names("customer_file")
        self.assertEqual(names.index("website") + 1, names.index("source_id"))

    def test_above_the_first_section_fields_stay(self):
        before = [n.get("name") for n in self._get_form().iter("field")]
        self._create_layout({"field_name": "website", "label": "Home Page"})
        self.assertEqual(self._find("website").get("string"), "Home Page")
        self.assertEqual([n.get("name") for n in self._get_form().iter("field")], before)

    def test_rows_of_an_address_and_of_the_head(self):
        self._create_layout("mobile", "phone", ("section", "@parent_id"), "zip", "city", "street")
        form = self._get_form()
        names = [n.get("name") for n in form.iter("field") if not n.xpath("ancestor::field")]
        self.assertLess(names.index("mobile"), names.index("phone"))
        self.assertLess(names.index("zip"), names.index("street"))
        address = form.xpath("//div[hasclass('o_address_format')]//field[@name='street']")
        self.assertTrue(address, "it stays an address")

    def test_tabs_and_sections_move(self):
        self._create_layout(
            ("page", "customer"), ("page", "contact_addresses"), ("section", "sale"), "child_ids"
        )
        pages = [n.get("name") for n in self._get_form().findall(".//notebook/page")]
        self.assertEqual(pages[:2], ["customer", "contact_addresses"])
        page = self._find("sale", tag="group").xpath("ancestor::page")[0]
        self.assertEqual(page.get("name"), "contact_addresses")

    def test_new_tab_and_section(self):
        self._create_layout(
            {"kind": "page", "label": "Sourcing"},
            {"kind": "section", "label": "From"},
            "source_id",
            "website",
        )
        page = self._get_form().find(".//notebook/page[@string='Sourcing']")
        section = page.find(".//group[@string='From']")
        names = [n.get("name") for n in section.findall("field")]
        self.assertEqual(names, ["source_id", "website"])

    def test_fields_directly_in_a_tab(self):
        self._create_layout(("page", "internal_notes"), "website")
        page = self._find("website").xpath("ancestor::page")[0]
        self.assertEqual(page.get("name"), "internal_notes")
        self.assertEqual(self._find("website").getparent().tag, "group", "it has a label")

    def test_field_of_the_head_takes_its_icon_along(self):
        self._create_layout(("section", "customer_file"), "wechat")
        self.assertIn("wechat", self._get_names("customer_file"))
        wrapper = self._find("customer_wechat", tag="div")
        self.assertEqual(wrapper.get("invisible"), "1")

    def test_restrictions_go_along(self):
        """Who did not see a part does not see it in another place either."""
        self.env.ref("base.group_user").implied_ids = [
            Command.unlink(self.env.ref("account.group_account_invoice").id)
        ]
        self._create_layout(
            ("section", "customer_file"), "bank_ids", "customer_grade_id", groups=""
        )
        self.assertIn("bank_ids", self._get_names("customer_file", self._create_accountant()))
        self.assertNotIn("bank_ids", self._get_names("customer_file"))

    def _create_accountant(self):
        groups = "sales_team.group_sale_salesman,account.group_account_invoice"
        return new_test_user(self.env, "layout_accountant", groups, lang="en_US")

    def test_all_restrictions_go_along(self):
        """Each group above a part was asked for: all of them still are."""
        erp, system = "base.group_erp_manager", "base.group_system"
        arch = etree.fromstring(
            f"""<form><sheet><group><group name="here"><field name="name"/></group></group>
            <notebook><page name="far" groups="{erp}"><group name="away"
            groups="{system},base.group_no_one"><field name="ref" groups="base.group_user"/>
            <field name="vat"/></group></page></notebook></sheet></form>"""
        )
        layout = self._create_layout(("section", "here"), "name", "ref")
        layout._arrange(arch)
        ref = arch.find(".//field[@name='ref']")
        self.assertEqual(ref.xpath("ancestor::group[1]/@name"), ["here"])
        self.assertEqual(ref.get("groups"), "base.group_user,base.group_no_one")
        self.assertEqual(ref.xpath("ancestor::t/@groups"), [erp, system])
        self.assertFalse(arch.find(".//field[@name='vat']").get("groups"))

    def test_conditions_go_along(self):
        self._create_layout(("section", "@parent_id"), "customer_grade_id", "industry_id")
        grade = self._find("customer_grade_id")
        self.assertEqual(grade.get("invisible"), "parent_id and not is_company")
        self.assertEqual(self._find("industry_id").get("invisible"), "not is_company")

    def test_any_order_is_a_form(self):
        """Whatever an administrator drags wherever: nothing is lost, and the form opens."""
        layout = self._create_layout()
        layout.action_load_form()
        arch, view = self.layouts._get_plain_form()
        names = sorted({n.get("name") for n in arch.iter("field")})
        places = [line._get_place() for line in layout.line_ids]
        rng = random.Random(19)
        for _turn in range(25):
            rng.shuffle(places)
            mixed = [
                place._replace(visibility=rng.choice(["always"] * 4 + ["never", "desktop"]))
                for place in places
            ]
            arch, view = self.layouts._get_plain_form()
            self._arrange(arch, mixed, mobile=rng.random() > 0.5)
            self.assertEqual(sorted({n.get("name") for n in arch.iter("field")}), names)
            self.assertEqual(
                len(arch.findall(".//page")), len(arch.xpath("//notebook/page")), "tabs stay tabs"
            )
            self.assertIsNone(self.lines._get_view_error(view, arch))

    def _arrange(self, arch, places, mobile):
        from ..tools.form_arrangement import FormArrangement

        FormArrangement(arch).arrange(places, mobile)


@tagged("post_install", "-at_install")
class TestCustomerLayoutShow(LayoutCommon):
    """How parts show."""

    def test_hidden_fields_stay_for_expressions(self):
        self._create_layout({"field_name": "parent_id", "visibility": "never"})
        self.assertEqual(self._find("parent_id").get("invisible"), "1")
        with Form(self.partners.with_user(self.anna)) as form:
            form.name = "Without Company"
        self.assertFalse(form.record.parent_id)

    def test_hidden_with_its_icon(self):
        self._create_layout({"field_name": "wechat", "visibility": "never"})
        self.assertEqual(self._find("customer_wechat", tag="div").get("invisible"), "1")
        self.assertFalse(self._find("customer_mobile", tag="div").get("invisible"))

    def test_hidden_with_its_label(self):
        self._create_layout(
            {"field_name": "company_name", "visibility": "never"},
            *({"field_name": n, "visibility": "never"} for n in ("street", "street2", "city")),
        )
        form = self._get_form()
        label = form.find(".//label[@for='company_name']")
        self.assertEqual(label.get("invisible"), "1")

    def test_tabs_and_sections_hide(self):
        self._create_layout(
            {"kind": "page", "element": "internal_notes", "visibility": "never"},
            {"kind": "section", "element": "customer_followup", "visibility": "never"},
            {"kind": "block", "element": "@opportunity_count", "visibility": "never"},
        )
        self.assertEqual(self._find("internal_notes", tag="page").get("invisible"), "1")
        self.assertEqual(self._find("customer_followup", tag="group").get("invisible"), "1")
        button = self._get_form().find(".//button[@name='action_view_opportunity']")
        self.assertEqual(button.get("invisible"), "1")
        self.assertFalse(self._find("internal_notes", self.clerk, "page").get("invisible"))

    def test_emptied_section_and_tab_hide(self):
        names = ("followup_method", "followup_interval", "last_followup_date", "last_contact_date")
        self._create_layout(
            *({"field_name": name, "visibility": "never"} for name in (*names, "child_ids"))
        )
        self.assertEqual(self._find("customer_followup", tag="group").get("invisible"), "1")
        self.assertEqual(self._find("contact_addresses", tag="page").get("invisible"), "1")
        self.assertFalse(self._find("customer_file", tag="group").get("invisible"))

    def test_phones(self):
        self._create_layout(
            {"field_name": "website", "visibility": "desktop"},
            {"field_name": "vat", "visibility": "phone"},
        )
        self.assertFalse(self._find("website").get("invisible"))
        self.assertEqual(self._find("website", mobile=True).get("invisible"), "1")
        self.assertEqual(self._find("vat").get("invisible"), "1")
        self.assertFalse(self._find("vat", mobile=True).get("invisible"))

    def test_read_only_and_required(self):
        self._create_layout(
            {"field_name": "ref", "is_readonly": True},
            {"field_name": "website", "is_required": True},
        )
        with Form(self.partners.with_user(self.anna)) as form:
            form.name = "Needs a Page"
            with self.assertRaises(AssertionError):
                form.ref = "R1"
            with self.assertRaises(AssertionError) as refusal:
                form.save()
            self.assertIn("website", str(refusal.exception))
            form.website = "https://langsu.example.com"
        self.assertTrue(form.record.website)
        self.partners.with_user(self.anna).create({"name": "Imported without it"})

    def test_what_odoo_demands_stays(self):
        self._create_layout({"field_name": "name", "label": "Customer"})
        self.assertEqual(self._find("name").get("required"), "type == 'contact'")
        self.lines.search([("field_name", "=", "name")]).is_required = True
        self.assertEqual(self._find("name").get("required"), "1")

    def test_onchange_and_save(self):
        """What a layout moved and hid is computed and kept as before."""
        china = self.env.ref("base.cn")
        state = self.env["res.country.state"].search([("country_id", "=", china.id)], limit=1)
        self._create_layout(
            {"kind": "page", "label": "Where"},
            {"kind": "section", "label": "Region"},
            "state_id",
            "source_id",
            {"field_name": "country_id", "visibility": "never"},
        )
        source = self.env["utm.source"].create({"name": "Fair"})
        with Form(self.partners.with_user(self.anna)) as form:
            form.name = "Moved"
            form.state_id = state
            form.source_id = source
        self.assertEqual(form.record.country_id, china)
        self.assertEqual(form.record.source_id, source)

    def test_field_that_the_form_lacks(self):
        self.assertIsNone(self._find("tz"))
        self._create_layout(("section", "customer_file"), {"field_name": "tz", "label": "Clock"})
        self.assertEqual(self._find("tz").get("string"), "Clock")
        with Form(self.partners.with_user(self.anna)) as form:
            form.name = "With Time"
            form.tz = "Asia/Shanghai"
        self.assertEqual(form.record.tz, "Asia/Shanghai")

    def test_label_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        layout = self._create_layout(
            {"field_name": "website", "label": "Home Page"},
            {"kind": "page", "element": "customer", "label": "File"},
        )
        for line, text in zip(layout.line_ids, ("公司主页", "客户档案"), strict=True):
            line.with_context(lang="zh_CN").label = text
        self.assertEqual(self._find("website").get("string"), "Home Page")
        self.anna.lang = "zh_CN"
        self.anna.invalidate_recordset()
        arch = self.partners.with_user(self.anna).with_context(lang="zh_CN").get_view()["arch"]
        self.assertIn("公司主页", arch)
        self.assertIn("客户档案", arch)
        titles = layout.with_context(lang="zh_CN").line_ids
        titles.invalidate_recordset()
        self.assertNotIn("Website", titles.mapped("title"))


@tagged("post_install", "-at_install")
class TestCustomerLayoutRoles(LayoutCommon):
    """Who sees which layout, and who may touch it."""

    def _label(self, user):
        return self._find("website", user).get("string")

    def _create_named(self, label, **values):
        return self._create_layout(
            {"field_name": "website", "label": label}, **{"name": label, **values}
        )

    def test_first_layout_of_a_role_counts(self):
        self._create_named("All", groups="", sequence=30)
        self._create_named("Manager", groups="sales_team.group_sale_manager", sequence=10)
        sellers = self._create_named("Seller", sequence=20)
        self.assertEqual(self._label(self.manager), "Manager")
        self.assertEqual(self._label(self.anna), "Seller")
        self.assertEqual(self._label(self.clerk), "All")
        sellers.active = False
        self.assertEqual(self._label(self.anna), "All")

    def test_layout_of_a_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._create_named("Other", company_id=other.id, sequence=1)
        self.assertEqual(self._label(self.anna), "Website")
        self.anna.company_ids = [Command.link(other.id)]
        partners = self.partners.with_user(self.anna).with_company(other)
        self.assertIn('string="Other"', partners.get_view()["arch"])

    def test_changes_show_at_once(self):
        layout = self._create_named("One")
        self.assertEqual(self._label(self.anna), "One")
        layout.line_ids.label = "Two"
        self.assertEqual(self._label(self.anna), "Two")
        layout.line_ids.unlink()
        self.assertEqual(self._label(self.anna), "Website")
        layout.line_ids = [Command.create({"field_name": "website", "label": "Three"})]
        self.assertEqual(self._label(self.anna), "Three")
        layout.unlink()
        self.assertEqual(self._label(self.anna), "Website")

    def test_changes_of_roles_show_at_once(self):
        self._create_named("Manager", groups="sales_team.group_sale_manager")
        self.assertEqual(self._label(self.anna), "Website")
        self.anna.group_ids = [Command.link(self.env.ref("sales_team.group_sale_manager").id)]
        self.assertEqual(self._label(self.anna), "Manager")
        self.anna.group_ids = [Command.unlink(self.env.ref("sales_team.group_sale_manager").id)]
        self.assertEqual(self._label(self.anna), "Website")
        special = self.env["res.groups"].create({"name": "Special"})
        self.layouts.search([]).group_ids = special
        self.assertEqual(self._label(self.anna), "Website")
        self.group.implied_ids = [Command.link(special.id)]
        self.assertEqual(self._label(self.anna), "Manager")

    def test_role_that_is_deleted(self):
        """Its layout does not become everybody's."""
        special = self.env["res.groups"].create({"name": "Special"})
        self.anna.group_ids = [Command.link(special.id)]
        mine = self._create_named("Special")
        mine.group_ids = special
        shared = self._create_named("Shared")
        shared.group_ids |= special
        self.assertEqual(self._label(self.anna), "Special")
        special.unlink()
        self.assertFalse(mine.active)
        self.assertEqual(self._label(self.anna), "Shared")
        self.assertEqual(self._label(self.clerk), "Website")

    def test_nobody_else_touches_layouts(self):
        layout = self._create_named("One", groups="")
        portal = new_test_user(self.env, "layout_portal", "base.group_portal", lang="en_US")
        for user in (self.anna, portal, self.env.ref("base.public_user")):
            mine = layout.with_user(user)
            for call in (
                lambda mine=mine: mine.read(["name"]),
                lambda mine=mine: mine.search([]),
                lambda mine=mine: mine.line_ids.read(["label"]),
                lambda mine=mine: mine.write({"name": "Mine"}),
                lambda mine=mine: mine.line_ids.write({"label": "Mine"}),
                lambda mine=mine: mine.create({"name": "Mine"}),
                lambda mine=mine: mine.action_load_form(),
                lambda mine=mine: mine.action_preview(),
                lambda mine=mine: mine.unlink(),
            ):
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    call()
        self.assertEqual(self.layouts._get_layout_id_of(portal.id, self.env.company.id), False)
        public = self.env.ref("base.public_user")
        self.assertEqual(self.layouts._get_layout_id_of(public.id, self.env.company.id), False)

    def test_managers_and_administrators_arrange(self):
        admin = new_test_user(
            self.env, "layout_admin", "base.group_system,base.group_partner_manager", lang="en_US"
        )
        for user in (self.manager, admin):
            values = {"name": f"Of {user.name}", "group_ids": self.group.ids}
            layout = self.layouts.with_user(user).create(values)
            layout.action_load_form()
            self.assertFalse(layout.problem)
            line = layout.line_ids.filtered(lambda line: line.element == "website")
            with (
                Form(layout) as form,
                form.line_ids.edit(layout.line_ids.ids.index(line.id)) as edit,
            ):
                edit.label = "Edited"
            self.assertEqual(line.label, "Edited")
            self.assertEqual(
                layout.copy().line_ids.mapped("element"), layout.line_ids.mapped("element")
            )

    def test_preview_is_for_those_who_arrange(self):
        layout = self._create_named("Draft", active=False)
        action = layout.with_user(self.manager).action_preview()
        self.assertEqual(action["res_model"], "res.partner")
        for user, label in ((self.manager, "Draft"), (self.anna, "Website")):
            partners = self.partners.with_user(user).with_context(**action["context"])
            self.assertIn(f'name="website" string="{label}"', partners.get_view()["arch"])
        self.assertEqual(self._label(self.manager), "Website")
        for nonsense in (layout.id + 1000, "x", [1], True):
            partners = self.partners.with_user(self.manager)
            partners.with_context(sales_customer_layout_view_ref=str(nonsense)).get_view()
            self.assertFalse(
                self.layouts.with_user(self.manager)._can_preview(nonsense), "not a layout"
            )

    def test_layouts_of_other_companies_are_not_theirs(self):
        other = self.env["res.company"].create({"name": "Other"})
        layout = self._create_named("Other", company_id=other.id)
        self.assertFalse(self.layouts.with_user(self.manager).search([("id", "=", layout.id)]))
        self.assertFalse(self.layouts.with_user(self.manager)._can_preview(layout.id))

    def test_layout_that_never_counts_says_so(self):
        self._create_named("All", groups="", sequence=1)
        layout = self._create_named("Seller", sequence=2)
        self.assertIn("All", layout.problem)


@tagged("post_install", "-at_install")
class TestCustomerLayoutRules(LayoutCommon):
    """A layout never gives back what a rule on a field took."""

    def _restrict(self, name, key="read_group_ids"):
        field = self.env["ir.model.fields"]._get("res.partner", name)
        groups = [Command.link(self.env.ref("sales_team.group_sale_manager").id)]
        self.env["sales.customer.field.rule"].create({"field_id": field.id, key: groups})

    def test_hidden_field_stays_hidden(self):
        self._restrict("website")
        self._restrict("barcode")
        self._create_layout(
            ("section", "customer_file"),
            {"field_name": "website", "label": "Home Page", "is_required": True},
            {"field_name": "barcode", "label": "Scan"},
        )
        view = self.partners.with_user(self.anna).get_view()
        for text in ('"website"', "Home Page", '"barcode"', '"Scan"'):
            self.assertNotIn(text, view["arch"])
        views = self.partners.with_user(self.anna).get_views([(False, "form")])
        self.assertNotIn("website", views["models"]["res.partner"]["fields"])
        with Form(self.partners.with_user(self.anna)) as form:
            form.name = "Without Page"
        self.manager.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
        self.assertEqual(self._find("website", self.manager).get("string"), "Home Page")

    def test_nobody_is_asked_for_what_he_may_not_write(self):
        self._restrict("website", "write_group_ids")
        self._create_layout({"field_name": "website", "is_required": True})
        self.assertNotEqual(self._find("website").get("required"), "1")
        self.assertEqual(self._find("website", self.manager).get("required"), "1")


@tagged("post_install", "-at_install")
class TestCustomerLayoutChecks(LayoutCommon):
    """Mistakes are refused by name; what vanished later is skipped, and said."""

    def assertNamed(self, *texts, **values):
        with self.assertRaises(ValidationError) as refusal:
            self._create_layout("ref", values)
        for text in texts:
            self.assertIn(text, str(refusal.exception))

    def test_mistakes(self):
        self.assertNamed('"Name"', "saved", field_name="name", visibility="never")
        both = {"is_required": True, "is_readonly": True}
        self.assertNamed('"Website"', "fill", field_name="website", **both)
        self.assertNamed('"Reference"', "twice", field_name="ref")
        self.assertNamed("choose a field", kind="field")
        self.assertNamed("label", kind="section")
        self.assertNamed("no_such_field", "cannot show", field_name="no_such_field")
        self.assertNamed("Invoices", "cannot show", field_name="invoice_ids")

    def test_required_in_a_hidden_tab(self):
        with self.assertRaises(ValidationError) as refusal:
            self._create_layout(
                {"kind": "page", "element": "customer", "visibility": "desktop"},
                ("section", "customer_file"),
                {"field_name": "source_id", "is_required": True},
            )
        self.assertIn('"Source"', str(refusal.exception))

    def test_dragging_into_a_hidden_tab(self):
        layout = self._create_layout(
            ("section", "customer_file"),
            {"field_name": "source_id", "is_required": True},
            {"kind": "page", "element": "internal_notes", "visibility": "never"},
        )
        with self.assertRaises(ValidationError) as refusal:
            layout.line_ids = [Command.update(layout.line_ids[1].id, {"sequence": 99})]
        self.assertIn('"Source"', str(refusal.exception))

    def test_form_that_would_not_open(self):
        """Odoo's own check of the form is asked before the layout is saved."""
        self._add_field("x_broken", "many2one", relation="res.partner")
        # what the code of an addon can say, and the screen for custom fields cannot
        self.partners._fields["x_broken"].domain = "[('gone', '=', 1)]"
        with self.assertRaises(ValidationError) as refusal:
            self._create_layout(("section", "customer_file"), "source_id", "x_broken")
        self.assertIn('"Added"', str(refusal.exception))
        self.assertIn("gone", str(refusal.exception))

    def test_form_that_was_wrong_before(self):
        """Somebody else's mistake keeps nobody from arranging the rest."""
        self._add_field("x_broken", "many2one", relation="res.partner")
        self.partners._fields["x_broken"].domain = "[('id', '=', 1)]"
        self.env["ir.ui.view"].create(
            {
                "name": "broken",
                "model": "res.partner",
                "inherit_id": self.env.ref("base.view_partner_form").id,
                "arch": "<field name='website' position='after'><field name='x_broken'/></field>",
            }
        )
        self.partners._fields["x_broken"].domain = "[('gone', '=', 1)]"
        self.assertTrue(self._create_layout("website"))

    def test_label_that_was_pasted(self):
        self._create_layout({"field_name": "website", "label": "Home\x0b Page"})
        self.assertEqual(self._find("website").get("string"), "Home Page")

    def _add_field(self, name, ttype, **values):
        self.addCleanup(self.registry.reset_changes)
        return self.env["ir.model.fields"].create(
            {
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "name": name,
                "ttype": ttype,
                "field_description": "Added",
                **values,
            }
        )

    def test_custom_field_comes_and_goes(self):
        field = self._add_field("x_added", "char")
        layout = self._create_layout(("section", "customer_file"), "source_id", "x_added")
        self.assertEqual(self._find("x_added").getparent().get("name"), "customer_file")
        with Form(self.partners.with_user(self.anna)) as form:
            form.name = "With Field"
            form.x_added = "Yes"
        field.unlink()
        self.assertIsNone(self._find("x_added"))
        layout.invalidate_recordset()
        line = layout.line_ids[-1]
        self.assertIn("x_added", layout.problem)
        self.assertTrue(line.problem)
        self.assertEqual(line.read(["title"])[0]["title"], "x_added")
        layout.line_ids[1].sequence = 9
        layout.copy()
        with Form(layout) as form:
            form.name = "Still opens"

    def test_addon_that_was_uninstalled(self):
        layout = self._create_layout(
            ("page", "page_of_an_addon"), ("section", "section_of_an_addon"), "source_id", "website"
        )
        self.env.cr.execute(
            "UPDATE sales_customer_layout_line SET field_name = 'gone', element = 'gone'"
            " WHERE id = %s",
            [layout.line_ids[2].id],
        )
        self.env.invalidate_all()
        self.layouts._forget_forms()
        self.assertEqual(self._find("website").getparent().tag, "group")
        self.assertEqual(len(layout.problem.splitlines()), 3)

    def test_new_field_needs_a_section(self):
        layout = self._create_layout("tz")
        self.assertIn("below a section", layout.line_ids.problem)
        self.assertIsNone(self._find("tz"))

    def test_queries(self):
        """A form costs the same however much a layout arranges."""
        parts = [part for part in self._get_parts() if part != ("field", "name")]

        def count(size):
            self.layouts.search([]).unlink()
            self._create_layout(*parts[:size])
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.registry.clear_cache("default", "templates")
            before = self.env.cr.sql_log_count
            self._get_form()
            return self.env.cr.sql_log_count - before

        count(1)
        counts = {count(size) for size in (1, 10, len(parts))}
        self.assertEqual(len(counts), 1, counts)

    def _get_parts(self):
        layout = self._create_layout()
        layout.action_load_form()
        return [line._get_key() for line in layout.line_ids if line.kind != "field"] + [
            line.field_name for line in layout.line_ids if line.kind == "field"
        ]

    def test_known_layout_costs_no_query(self):
        self._create_layout("website", "ref")
        self._get_form()
        before = self.env.cr.sql_log_count
        self.partners.with_user(self.anna)._get_customer_layout("form")
        self.assertEqual(self.env.cr.sql_log_count - before, 0)
