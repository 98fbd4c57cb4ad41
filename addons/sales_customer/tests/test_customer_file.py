import sys
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from .common import CustomerCommon


@tagged("post_install", "-at_install")
class TestCustomerCode(CustomerCommon):
    """Who becomes a customer gets a number that nobody else has."""

    def test_customers_get_codes_and_contacts_none(self):
        self.assertRegex(self.langsu.customer_code, r"^K\d{6}$")
        contact = self._create_customer("Li", is_company=False, parent_id=self.langsu.id)
        self.assertFalse(contact.customer_code)
        self.assertFalse(self.env["res.partner"].create({"name": "Vendor"}).customer_code)

    def test_a_partner_that_becomes_a_customer(self):
        partner = self.env["res.partner"].create({"name": "Prospect"})
        partner._increase_rank("customer_rank")
        self.assertRegex(partner.customer_code, r"^K\d{6}$")
        code = partner.customer_code
        partner._increase_rank("customer_rank", 3)
        self.assertEqual(partner.customer_code, code)

    def test_created_from_the_customers_menu(self):
        partners = self.env["res.partner"].with_context(res_partner_search_mode="customer")
        with Form(partners) as form:
            form.name = "From the menu"
        self.assertTrue(form.record.customer_code)

    def test_codes_that_were_imported_are_left_out(self):
        sequence = self.env.ref("sales_customer.sequence_customer_code")
        following = f"K{sequence.number_next_actual:06}"
        self._create_customer("Imported", customer_code=following)
        new = self.env["res.partner"].create([self._prepare_customer(f"New {n}") for n in range(3)])
        self.assertEqual(len(set(new.mapped("customer_code")) - {following, False}), 3)

    @mute_logger("odoo.sql_db")
    def test_no_code_twice(self):
        other = self._create_customer("Other")
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            other.customer_code = self.langsu.customer_code
            other.flush_recordset()

    def test_queries_do_not_grow(self):
        def count(number):
            before = self.cr.sql_log_count
            self.env["res.partner"]._draw_customer_codes(False, number)
            return self.cr.sql_log_count - before

        count(1)
        self.assertEqual([count(10), count(100)], [count(1)] * 2)

    def test_merging_keeps_one_code(self):
        twin = self._create_customer("Twin", email=self.langsu.email)
        code, wizard = twin.customer_code, self.env["base.partner.merge.automatic.wizard"]
        prospect = self.env["res.partner"].create({"name": "P", "email": twin.email})
        wizard._merge((twin | prospect).ids, prospect)
        self.assertEqual(prospect.customer_code, code)
        code = self.langsu.customer_code
        wizard._merge((self.langsu | prospect).ids, self.langsu)
        self.assertEqual(self.langsu.customer_code, code)


@tagged("post_install", "-at_install")
class TestCustomerFile(CustomerCommon):
    def test_region_finds_what_lies_in_it(self):
        west = self.env["sales.region"].create({"name": "West"})
        chengdu = self.env["sales.region"].create({"name": "Chengdu", "parent_id": west.id})
        self.langsu.sales_region_id = chengdu
        found = self.env["res.partner"].search([("sales_region_id", "child_of", west.id)])
        self.assertEqual(found, self.langsu)
        self.assertEqual(chengdu.display_name, "West / Chengdu")

    def test_regions_do_not_lie_in_themselves(self):
        west = self.env["sales.region"].create({"name": "West"})
        chengdu = self.env["sales.region"].create({"name": "Chengdu", "parent_id": west.id})
        with self.assertRaises(UserError):
            west.parent_id = chengdu

    def _warn(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("sales_customer.ir_cron_warn_licences").method_direct_trigger()

    def test_licences_are_warned_of_once(self):
        today = fields.Date.today()
        kind = self.env.ref("sales_customer.licence_kind_business")
        values = {"partner_id": self.langsu.id, "kind_id": kind.id}
        near, _far, _endless = licences = self.env["sales.customer.licence"].create(
            [
                {**values, "number": "L1", "expiry_date": today + timedelta(days=30)},
                {**values, "number": "L2", "expiry_date": today + timedelta(days=31)},
                {**values, "number": "L3"},
            ]
        )
        self.assertEqual(licences.mapped("state"), ["expiring", "valid", "valid"])
        for _time in range(2):
            self._warn()
        activity = self.langsu.activity_ids
        self.assertEqual((len(activity), activity.user_id), (1, self.boris))
        self.assertIn("L1", activity.summary)
        near.expiry_date = today + timedelta(days=20)
        self._warn()
        self.assertEqual(len(self.langsu.activity_ids), 2, "a new end is warned of anew")

    def test_licences_are_as_secret_as_their_customer(self):
        kind = self.env.ref("sales_customer.licence_kind_business")
        licence = self.env["sales.customer.licence"].create(
            {"partner_id": self.langsu.id, "kind_id": kind.id, "number": "L1"}
        )
        theirs = licence.with_user(self.anna)
        theirs.invalidate_recordset()
        self.assertFalse(theirs.search([("number", "=", "L1")]))
        with self.assertRaises(AccessError):
            theirs.read(["number"])
        with self.assertRaises(AccessError):
            theirs.write({"number": "L2"})
        self.assertEqual(licence.with_user(self.boris).number, "L1")


@tagged("post_install", "-at_install")
class TestCustomerFieldRights(CustomerCommon, MockEmail):
    """What a role may not read cannot be read, nor found out, through any path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls._create_customer(
            "Mine", user=cls.anna, mobile="13900139000", vat="51010000000001", street="Road 1"
        )
        cls._hide("mobile")
        cls._hide("vat")
        cls.partners = cls.env["res.partner"].with_user(cls.anna)

    @classmethod
    def _hide(cls, name, **values):
        field = cls.env["ir.model.fields"]._get("res.partner", name)
        groups = [Command.link(cls.env.ref("sales_team.group_sale_manager").id)]
        return cls.env["sales.customer.field.rule"].create(
            {"field_id": field.id, "read_group_ids": groups, **values}
        )

    def assertForbidden(self, call):
        self.env.invalidate_all()
        with mute_logger("odoo.orm.models", "odoo.models"), self.assertRaises(AccessError):
            call()

    def test_read(self):
        mine = self.mine.with_user(self.anna)
        self.assertForbidden(lambda: mine.read(["mobile"]))
        self.assertForbidden(lambda: mine.mobile)
        self.assertForbidden(lambda: mine.web_read({"mobile": {}}))
        self.assertEqual(self.mine.with_user(self.manager).mobile, "13900139000")

    def test_search_and_sort(self):
        self.assertForbidden(lambda: self.partners.search([("mobile", "like", "139")]))
        self.assertForbidden(lambda: self.partners.search([], order="mobile"))
        self.assertForbidden(lambda: self.partners.search([("child_ids.mobile", "like", "1")]))
        self.assertForbidden(lambda: self.partners.search([("phone_mobile_search", "=", "139001")]))
        users = self.env["res.users"].with_user(self.anna)
        self.assertForbidden(lambda: users.search([("partner_id.mobile", "like", "1")]))

    def test_related_fields_of_other_models(self):
        """Core follows them as superuser, and asks no rights of them."""
        self._hide("email")
        self.mine.sudo().email = "mine@example.com"
        event = self.env["calendar.event"].create(
            {"name": "Visit", "partner_ids": [Command.set(self.mine.ids)]}
        )
        attendees = self.env["calendar.attendee"].with_user(self.anna)
        self.assertForbidden(lambda: attendees.search([("email", "=", "mine@example.com")]))
        self.assertForbidden(lambda: attendees.search([("event_id", "=", event.id)], order="email"))
        self.assertForbidden(lambda: attendees.formatted_read_group([], ["email"], ["__count"]))
        mine = [("email", "=", "mine@example.com")]
        self.assertTrue(attendees.with_user(self.manager).search(mine))

    def test_custom_fields_of_other_models(self):
        """What somebody adds to a screen years later is hidden, and does not open a way around."""
        order = self.env["sale.order"].create({"partner_id": self.mine.id, "user_id": self.anna.id})
        self.addCleanup(self.registry.reset_changes)
        self.env["ir.model.fields"].create(
            {
                "name": "x_mobile",
                "model_id": self.env["ir.model"]._get_id("sale.order"),
                "field_description": "Mobile",
                "ttype": "char",
                "related": "partner_id.mobile",
                "store": False,
                "readonly": True,
            }
        )
        theirs = self.env["sale.order"].browse(order.id).with_user(self.anna)
        self.assertForbidden(lambda: theirs.x_mobile)
        self.assertForbidden(lambda: theirs.search([("x_mobile", "like", "139")]))
        self.assertNotIn("x_mobile", theirs.fields_get())
        self.assertEqual(theirs.with_user(self.manager).x_mobile, "13900139000")

    def test_models_that_show_nothing_of_partners_pay_nothing(self):
        """Long orders read tens of thousands of fields: one more call for each takes a tenth."""
        order = self.env["sale.order"].create({"partner_id": self.mine.id, "user_id": self.anna.id})
        order = order.with_user(self.anna)
        asked = []

        def note(frame, event, arg):
            if event == "call" and frame.f_code.co_name == "_has_field_access":
                asked.append(frame.f_globals["__name__"])

        sys.setprofile(note)
        try:
            self.assertEqual(order.name, order.sudo().name)
        finally:
            sys.setprofile(None)
        self.assertIn("odoo.orm.models", asked)
        self.assertNotIn("odoo.addons.sales_customer.models.res_partner_rights", asked)

    def test_leads_neither_copy_nor_tell_it(self):
        """Core copies phones and addresses to leads, where others read them."""
        for name in ("phone", "email", "street"):
            self._hide(name)
        self.mine.sudo().write({"phone": "+86 139 0013 9001", "email": "mine@example.com"})
        leads = self.env["crm.lead"].with_user(self.anna)
        form = Form(leads)
        form.name, form.partner_id = "Pumps", self.mine
        lead = form.save()
        for record in (lead, lead.with_user(self.manager).copy({"partner_id": self.mine.id})):
            [values] = record.with_user(self.anna).read(["phone", "email_from", "street"])
            self.assertFalse(values["phone"] or values["email_from"] or values["street"])
        with Form(lead) as form:
            form.phone = "+86 139 0013 9001"
            self.assertFalse(form.partner_phone_update, "it does not tell a wrong guess from a hit")
            form.phone = "+86 139 0013 9009"
            self.assertFalse(form.partner_phone_update)
        self.assertEqual(self.mine.sudo().phone, "+86 139 0013 9001")
        self.mine.sudo().phone = "+86 139 0013 9002"
        self.assertEqual(lead.phone, "+86 139 0013 9009")

    def test_converted_leads_hand_it_on(self):
        self._hide("phone")
        values = {"name": "Pumps", "partner_name": "New Ltd", "contact_name": "Sun"}
        lead = self.env["crm.lead"].with_user(self.anna).create({**values, "phone": "02155550199"})
        customer = lead._create_customer()
        self.env.invalidate_all()
        self.assertForbidden(lambda: customer.phone)
        for partner in (customer | customer.parent_id).sudo():
            self.assertEqual(partner._phone_format(number=partner.phone), "+862155550199")

    def test_mails_are_sent_without_reading_addresses(self):
        self._hide("email")
        self.mine.sudo().email = "mine@example.com"
        context = {"default_model": "res.partner", "default_res_ids": self.mine.ids}
        composers = self.env["mail.compose.message"].with_user(self.anna).with_context(**context)
        form = Form(composers)
        form.body = "Hello"
        form.partner_ids.add(self.mine)
        with self.mock_mail_gateway():
            form.save()._action_send_mail()
        self.assertSentEmail(self.anna.partner_id, [self.mine.sudo()])

    def test_events_do_not_tell_it(self):
        self._hide("email")
        self.mine.sudo().email = "mine@example.com"
        events = self.env["calendar.event"].with_user(self.anna)
        for creator in (events, events.with_user(self.manager)):
            event = creator.create({"name": "Visit", "partner_ids": [Command.set(self.mine.ids)]})
            self.assertIn("Mine", event.description)
            self.assertNotIn("mine@example.com", event.description)
            self.env.invalidate_all()
            self.assertEqual(Form(event.with_user(self.anna)).name, "Visit")
            [ics] = event.with_user(self.anna)._get_ics_file().values()
            self.assertIn(b"Mine", ics)
            self.assertNotIn(b"mine@example.com", ics)

    def test_group_by(self):
        self.assertForbidden(lambda: self.partners._read_group([], ["mobile"]))
        self.assertForbidden(lambda: self.partners.formatted_read_group([], ["mobile"]))

    def test_export(self):
        self.anna.group_ids = [Command.link(self.env.ref("base.group_allow_export").id)]
        self.assertForbidden(lambda: self.mine.with_user(self.anna).export_data(["mobile"]))
        self.assertNotIn("mobile", self.partners.fields_get())

    def test_what_is_computed_from_it(self):
        mine = self.mine.with_user(self.anna)
        for name in ("phone_sanitized", "same_vat_partner_id"):
            self.assertIn(name, self.env["res.partner"]._fields)
        self.assertForbidden(lambda: mine.read(["phone_sanitized"]))

    def test_names_show_and_find_nothing_of_it(self):
        mine = self.mine.with_user(self.anna).with_context(show_vat=True)
        self.assertNotIn("5101", mine.display_name)
        self.assertFalse(self.partners.name_search("51010000000001"))
        self.assertTrue(self.partners.name_search("Mine"))
        found = self.partners.with_user(self.manager).name_search("51010000000001")
        self.assertEqual([found_id for found_id, _name in found], self.mine.ids)

    def test_users_show_nothing_of_it_either(self):
        """Customers may have a user of the portal; of colleagues nothing is hidden."""
        portal = new_test_user(
            self.env, "rights_portal", "base.group_portal", mobile="13900139003", name="Portal"
        )
        user = portal.with_user(self.anna)
        self.assertForbidden(lambda: user.read(["mobile"]))
        self.assertForbidden(lambda: user.partner_id.read(["mobile"]))
        self.assertForbidden(lambda: user.search([("mobile", "like", "1")]))
        self.assertForbidden(lambda: (user | self.manager.with_user(self.anna)).read(["mobile"]))
        colleague = self.manager.with_user(self.anna)
        self.assertTrue(colleague.read(["mobile"]) and colleague.partner_id.read(["mobile"]))

    def test_fields_that_could_still_be_searched_by_cannot_be_hidden(self):
        with self.assertRaises(ValidationError):
            self._hide("credit")

    def test_write(self):
        self.assertForbidden(lambda: self.mine.with_user(self.anna).write({"mobile": "1"}))
        self._hide(
            "street",
            read_group_ids=False,
            write_group_ids=[Command.link(self.env.ref("sales_team.group_sale_manager").id)],
        )
        mine = self.mine.with_user(self.anna)
        self.assertEqual(mine.street, "Road 1")
        self.assertForbidden(lambda: mine.write({"street": "Road 2"}))

    def test_duplicates_do_not_give_it_away(self):
        """A customer of one's own is not named either when what was typed cannot be read."""
        twin = self._create_customer("Twin", user_id=self.anna.id, mobile="13900139000")
        self.assertFalse("Mine" in twin.with_user(self.anna).customer_duplicate_message)
        self.assertIn("Mine: same Phone", twin.with_user(self.manager).customer_duplicate_message)

    def test_screens_open_without_it(self):
        for view_type in ("form", "list", "kanban", "search"):
            arch = self.partners.get_view(view_type=view_type)["arch"]
            self.assertNotIn('name="mobile"', arch)
            self.assertNotIn("'vat'", arch)
            self.assertIn("mobile", self.partners.with_user(self.manager).get_view()["arch"])
        with Form(self.partners) as form:
            form.name = "Without"
        self.assertEqual(form.record.name, "Without")

    def test_contacts_can_be_saved_without_it(self):
        """Core compares tax IDs and addresses of a contact and its company."""
        self._hide("street")
        contact = self.partners.create({"name": "Li", "parent_id": self.mine.id, "city": "Chengdu"})
        contact.function = "Buyer"
        self.assertEqual(contact.sudo().vat, "51010000000001")
        self.assertEqual(contact.sudo().street, "Road 1")

    def test_essential_fields_stay(self):
        with self.assertRaises(ValidationError):
            self._hide("name")

    def test_rules_end(self):
        self.env["sales.customer.field.rule"].search([("field_name", "=", "mobile")]).unlink()
        self.assertEqual(self.mine.with_user(self.anna).mobile, "13900139000")


@tagged("post_install", "-at_install")
class TestCustomerFieldScreens(HttpCase):
    def test_browsers_forget_screens_with_what_was_hidden(self):
        groups = "sales_team.group_sale_salesman"
        new_test_user(self.env, "rights_seller", groups, password="rights_seller")
        hashes = [self._get_screens_hash()]
        for name in ("mobile", "wechat"):
            self.env["sales.customer.field.rule"].create(
                {
                    "field_id": self.env["ir.model.fields"]._get("res.partner", name).id,
                    "read_group_ids": self.env.ref("sales_team.group_sale_manager").ids,
                }
            )
            hashes.append(self._get_screens_hash())
        self.assertEqual(len(set(hashes)), 3)

    def _get_screens_hash(self):
        self.authenticate("rights_seller", "rights_seller")
        return self.make_jsonrpc_request("/web/session/get_session_info")["registry_hash"]
