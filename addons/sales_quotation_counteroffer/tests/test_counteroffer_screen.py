from odoo.tests import HttpCase, tagged

from .common import CounterofferCommon


@tagged("post_install", "-at_install", "sales_quotation_counteroffer")
class TestCounterofferTours(CounterofferCommon, HttpCase):
    """A salesperson drops the customer's file on the quotation and makes a round of it."""

    def _run(self, tour, edit):
        content = self._change(edit)
        file = self.env["ir.attachment"].create({"name": "file", "raw": content, "public": True})
        # the browser fetches it by this name, to drop it as a file
        self.env["ir.model.data"].create(
            {
                "module": "sales_quotation_counteroffer",
                "name": "tour_file",
                "model": file._name,
                "res_id": file.id,
            }
        )
        self.env.flush_all()
        self.start_tour(f"/odoo/sales/{self.order.id}", tour, login=self.owner.login)
        return content

    def test_drop_on_the_desktop(self):
        def edit(paper):
            paper.type("P-1", price=92.5, quantity=12)
            paper.delete("H-1")

        content = self._run("sales_quotation_counteroffer_drop", edit)
        made = self.order.current_round_id
        self.assertEqual((made.round_number, made.round_reason), (2, "counteroffer"))
        line = self._get_line(made, self.pump)
        self.assertEqual((line.price_unit, line.product_uom_qty), (92.5, 12))
        self.assertFalse(self._get_line(made, self.hose))
        self.assertEqual(made.message_ids.attachment_ids.raw, content)
        self.assertEqual(made.create_uid, self.owner)

    def test_a_bad_file_on_the_desktop(self):
        self._run(
            "sales_quotation_counteroffer_problem",
            lambda paper: paper.type("P-1", price="=1+1"),
        )
        self.assertEqual(self.order.round_count, 1)
        self.assertFalse(self.order.is_superseded)

    def test_the_dialog_on_the_phone(self):
        self.browser_size, self.touch_enabled = "375x667", True
        content = self._change(lambda paper: paper.type("P-1", price=92.5))
        self.env["ir.attachment"].create(
            {
                "name": "reply.xlsx",
                "raw": content,
                "res_model": "sale.order",
                "res_id": self.order.id,
            }
        )
        self.start_tour(
            f"/odoo/sales/{self.order.id}",
            "sales_quotation_counteroffer_phone",
            login=self.owner.login,
        )
        self.assertEqual(self.order.current_round_id.round_number, 2)
