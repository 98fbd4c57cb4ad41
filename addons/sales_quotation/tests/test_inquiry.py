from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged

from ..tools.inquiry import parse_inquiry
from .common import QuotationCase

TABLE = """
<p>Dear Sir,<br>please quote:</p>
<table><tr><td>our logo</td></tr></table>
<table>
  <tr><td colspan="3">Inquiry 77</td></tr>
  <tr><th>Item</th><th>Price</th><th>Qty</th></tr>
  <tr><td rowspan="2">CAB</td><td>99</td><td>5</td></tr>
  <tr><td>98</td><td>7</td></tr>
  <tr><td>NOPE</td><td></td><td>1</td></tr>
</table>
<p>Tel. 12345678, see you on page 5</p>
"""
TYPED = '<p>2 x PLG<br>CAB 4</p><blockquote data-o-mail-quote="1">9 x CAB</blockquote>'


def simple(lines):
    return [(line.code, line.quantity) for line in lines if line.is_sure]


@tagged("post_install", "-at_install")
class TestInquiryText(BaseCase):
    def test_tables_with_titles_and_cells_over_rows(self):
        lines = parse_inquiry(TABLE)
        self.assertEqual(simple(lines), [("CAB", 5), ("CAB", 7), ("NOPE", 1)])
        self.assertEqual([line.price for line in lines[:2]], [99, 98])
        unsure = [line.code for line in lines if not line.is_sure]
        self.assertIn("please quote:", unsure)

    def test_layout_tables_are_no_data(self):
        lines = parse_inquiry(f"<table><tr><td>{TABLE}</td><td>x</td></tr></table>")
        self.assertEqual(simple(lines), [("CAB", 5), ("CAB", 7), ("NOPE", 1)])

    def test_tables_of_plain_text(self):
        for body in (
            "<pre>Hello\n\nCode | Qty\n-----|----\nA1 | 3\nA2 | 4\n\nBye</pre>",
            "<pre>Hello\nCode\tQty\nA1\t3\nA2\t4\nBye</pre>",
            "<pre>Hello\n编码    数量\nA1      3\nA2      4\nBye</pre>",
        ):
            self.assertEqual(simple(parse_inquiry(body)), [("A1", 3), ("A2", 4)])

    def test_typed_lines_and_quotes(self):
        self.assertEqual(simple(parse_inquiry(TYPED)), [("PLG", 2)])
        self.assertEqual(simple(parse_inquiry("<p>PLG x 3</p>")), [("PLG", 3)])

    def test_odd_bodies(self):
        for body in (False, "", "<!-- -->", "<table>" * 500, "<p", "\x00", "&#0;<b>"):
            self.assertEqual(simple(parse_inquiry(body)), [])


@tagged("post_install", "-at_install")
class TestInquiry(QuotationCase):
    def _new_lead(self, **values):
        return self.env["crm.lead"].create(
            {
                "name": "Inquiry",
                "type": "opportunity",
                "partner_id": self.customer.id,
                "user_id": self.seller.id,
                **values,
            }
        )

    def _new_mail(self, lead, body, kind="email"):
        self.env["mail.message"].create(
            {"model": "crm.lead", "res_id": lead.id, "body": body, "message_type": kind}
        )

    def _read(self, lead, user=None):
        order = self._new_order(opportunity_id=lead.id)
        action = order.with_user(user or self.seller).action_lines_from_inquiry()
        return self.env[action["res_model"]].with_user(self.seller).browse(action["res_id"])

    def test_tables_and_lines_are_offered_and_prose_is_not(self):
        lead = self._new_lead(description=TABLE)
        self._new_mail(lead, TABLE + TYPED)
        self._new_mail(lead, "7 x CAB", kind="comment")
        paste = self._read(lead)
        rows = [(row.code, row.quantity, row.price) for row in paste.line_ids]
        self.assertEqual(
            rows,
            [("CAB", 5, 99), ("CAB", 7, 98), ("NOPE", 1, 0), ("PLG", 2, 0), ("CAB", 4, 0)],
        )
        self.assertIn("Mail of", paste.line_ids[3].place)
        self.assertIn("Left out", paste.info)
        self.assertEqual(paste.problem_count, 1)
        self.assertEqual(len(paste.order_id.order_line), 1)
        self.assertRefused(UserError, paste.action_add, "Row 3, NOPE")
        paste.line_ids[2].unlink()
        paste.action_add()
        lines = paste.order_id.order_line[1:]
        self.assertEqual(lines.mapped("product_uom_qty"), [5, 7, 2, 4])
        self.assertEqual(lines.mapped("price_unit"), [99, 98, 10, 100])

    def test_nothing_known_is_said(self):
        lead = self._new_lead(description="<p>Hello, what do you sell?</p>")
        self.assertRefused(UserError, lambda: self._read(lead), "Inquiry", "Paste the lines")
        order = self._new_order()
        self.assertRefused(UserError, order.action_lines_from_inquiry, "no opportunity")

    def test_a_lead_that_is_not_mine_gives_nothing(self):
        colleague = self._new_user("colleague", "sales_team.group_sale_salesman")
        lead = self._new_lead(description=TABLE)
        order = self._new_order(opportunity_id=lead.id)
        lead.user_id = colleague
        with self.assertRaises(AccessError):
            order.action_lines_from_inquiry()
        with self.assertRaises(AccessError):
            order.with_user(colleague).action_lines_from_inquiry()
        portal = self._new_user("portal", "base.group_portal")
        with self.assertRaises(AccessError):
            order.with_user(portal).action_lines_from_inquiry()
