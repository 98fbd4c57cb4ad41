import json

from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.sales_customer.tests.common import CREDIT_CODE, CustomerCommon

KNOWN = {
    "name": "成都朗速科技有限公司",
    "company_name": "成都朗速科技有限公司",
    "vat": CREDIT_CODE,
    "phone": "028 8555 0101",
    "email": "office@langsu.example.com",
}
UNKNOWN = {
    "name": "成都未知科技有限公司",
    "company_name": "成都未知科技有限公司",
    "vat": "91310000MA1FL8XQ30",
    "phone": "028 8666 0102",
    "email": "office@unheard.example.com",
}
KINDS = ("name", "tax", "phone", "mail", "domain", "wechat")


@tagged("post_install", "-at_install")
class TestShopCheckout(CustomerCommon, HttpCase):
    """Who buys in the shop can always order, and learns of no other customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([], limit=1, order="id")
        cls.website.company_id = cls.env.company
        cls.website.salesperson_id = cls.anna
        cls.website.account_on_checkout = "optional"
        cls.pump = cls.env["product.template"].create(
            {
                "name": "Pump",
                "list_price": 1234.0,
                "type": "service",
                "taxes_id": [Command.clear()],
                "is_published": True,
            }
        )
        cls._set_policy(**dict.fromkeys(KINDS, "block"))

    def _fill_cart(self):
        self.make_jsonrpc_request(
            "/shop/cart/add",
            {
                "product_template_id": self.pump.id,
                "product_id": self.pump.product_variant_id.id,
                "quantity": 1,
            },
        )

    def _prepare_address(self, **values):
        return {
            "csrf_token": Request.csrf_token(self),
            "street": "1 Road",
            "city": "成都",
            "zip": "610000",
            "country_id": str(self.china.id),
            "state_id": str(self.env.ref("base.state_cn_SC").id),
            "required_fields": "",
            **values,
        }

    def _send_address(self, values, url="/shop/address/submit", **more):
        self.env.flush_all()
        before = self.cr.sql_log_count
        answer = self.url_open(url, data=self._prepare_address(**values, **more))
        return answer, self.cr.sql_log_count - before

    def _visit(self, values):
        """Fill a cart as a new visitor and send the address: what is answered, and its order."""
        self.authenticate(None, None)
        self._fill_cart()
        order = self.env["sale.order"].search([("website_id", "=", self.website.id)], limit=1)
        answer, queries = self._send_address(values, address_type="billing")
        self.assertEqual(answer.status_code, 200, answer.text[:500])
        order.invalidate_recordset()
        return json.loads(answer.text), queries, order

    def test_a_visitor_orders_and_learns_nothing(self):
        self._visit({"name": "Warm", "email": "a@warm.example.com", "phone": "028 8777 0103"})
        unknown, few, _order = self._visit(UNKNOWN)
        known, many, order = self._visit(KNOWN)
        self.assertIn("redirectUrl", known, known)
        self.assertEqual(known, unknown)
        self.assertEqual(many, few)
        partner = order.partner_id
        self.assertEqual((partner.name, partner.vat), (KNOWN["name"], KNOWN["vat"]))
        self.assertNotEqual(partner, self.langsu)
        page = self.url_open("/shop/payment")
        self.assertEqual(page.status_code, 200)
        for secret in ("Boris", "LangSu_CD"):
            self.assertNotIn(secret, page.text)
        order.with_user(self.env.ref("base.public_user")).sudo().action_confirm()
        self.assertEqual(order.state, "sale")

    def test_the_salesperson_learns_it(self):
        _answer, _queries, order = self._visit(KNOWN)
        order.user_id = self.anna
        read = order.with_user(self.anna).customer_duplicate_message
        self.assertEqual(read, "Customers of colleagues: 1")
        read = order.with_user(self.manager).customer_duplicate_message
        self.assertIn(f"{self.langsu.name}: same ", read)
        _answer, _queries, order = self._visit(UNKNOWN)
        self.assertFalse(order.with_user(self.manager).customer_duplicate_message)
        self._set_policy(**dict.fromkeys(KINDS, "warn"))
        order.partner_id = self._create_customer(KNOWN["name"])
        self.assertIn(self.langsu.name, order.partner_id.customer_duplicate_message)
        self.assertFalse(order.customer_duplicate_message, "who made that one was told")

    def test_reading_it_is_constant(self):
        orders = self.env["sale.order"]
        public = self.env.ref("base.public_user")
        for number in range(20):
            values = {**KNOWN, "name": f"N{number}", "vat": ""}
            partner = self.env["res.partner"].with_user(public).sudo().create(values)
            orders |= orders.create({"partner_id": partner.id, "user_id": self.anna.id})

        def count(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            texts = orders[:number].with_user(self.anna).mapped("customer_duplicate_message")
            self.assertTrue(all(texts))
            return self.cr.sql_log_count - before

        count(1)
        self.assertLessEqual(max(count(10), count(20)), count(1))

    def _new_buyer(self):
        buyer = new_test_user(self.env, "shop_buyer", "base.group_portal")
        buyer.partner_id.write({"name": "Buyer", "email": "me@buyer.example.com"})
        self.authenticate("shop_buyer", "shop_buyer")
        return buyer.partner_id

    def test_the_account_of_a_customer_takes_what_is_typed(self):
        partner = self._new_buyer()
        queries = []
        for values in (UNKNOWN, KNOWN):
            answer, count = self._send_address(
                values, "/my/address/submit", partner_id=str(partner.id), address_type="billing"
            )
            self.assertIn("redirectUrl", json.loads(answer.text), answer.text[:500])
            queries.append(count)
            partner.invalidate_recordset()
            self.assertEqual(partner.vat, values["vat"])
        page = self.url_open(f"/my/address?partner_id={partner.id}").text
        self.assertNotIn("Boris", page)

    def test_a_signup_with_the_mail_of_a_customer(self):
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        self.website.auth_signup_uninvited = "b2c"
        for values in (UNKNOWN, KNOWN):
            self.authenticate(None, None)
            answer = self.url_open(
                "/web/signup",
                data={
                    "csrf_token": Request.csrf_token(self),
                    "login": values["email"],
                    "name": values["name"],
                    "password": "Long-Enough-1",
                    "confirm_password": "Long-Enough-1",
                },
            )
            self.assertEqual(answer.status_code, 200)
            user = self.env["res.users"].search([("login", "=", values["email"])])
            self.assertTrue(user, answer.text[-3000:])
            self.assertNotEqual(user.partner_id, self.langsu)

    def test_a_signup_by_another_login_comes_as_superuser(self):
        users = self.env["res.users"].with_user(self.env.ref("base.user_root"))
        values = {"name": "Li", "login": KNOWN["email"], "email": KNOWN["email"], "password": "x"}
        self.env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
        users.signup(values)
        user = users.search([("login", "=", KNOWN["email"])])
        self.assertNotEqual(user.partner_id, self.langsu)
        with self.assertRefused("langsu"):
            self._create_customer("Again", email=KNOWN["email"])
