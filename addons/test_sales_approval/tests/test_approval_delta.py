import random

from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalDelta(ApprovalCase):
    def test_random_edits_ask_as_a_simple_model_does(self):
        """Edit approved offers at random, by every way; a model of ten lines says who must ask."""
        dice = random.Random(20261126)
        self._new_rule()
        for _run in range(6):
            offer = self._new_offer(
                lines=[{"discount": dice.choice((0, 10, 16, 20))} for _n in range(3)]
            )
            approved = {line.id: line.discount for line in offer.line_ids}
            if max(approved.values()) > 15:
                offer.action_approval_ask()
                offer.with_user(self.lead).action_approval_approve()
            asked = max(approved.values()) > 15
            for _step in range(12):
                self._edit(dice, offer)
                now = {line.id: line.discount for line in offer.line_ids}
                above = max(now.values(), default=0) > 15
                worse = any(now[i] > approved.get(i, 0) for i in now)
                expected = above and (worse or not asked)
                self.assertEqual(offer._get_approval_needs() != {}, expected, (approved, now))
                if asked:
                    self.assertEqual(offer.approval_state == "outdated", expected)
                if expected and dice.random() < 0.3:
                    offer.action_approval_ask()
                    offer.with_user(self.lead).action_approval_approve()
                    approved, asked = now, True

    def _edit(self, dice, offer):
        line = dice.choice(offer.line_ids) if offer.line_ids else offer.line_ids
        values = {"discount": dice.choice((0, 5, 12, 16, 18, 25))}
        way = dice.randrange(5)
        if way == 0 or not line:
            line.create({"document_id": offer.id, "name": "N", "price_unit": 10, **values})
        elif way == 1 and len(offer.line_ids) > 1:
            line.unlink()
        elif way == 2:
            line.write(values)
        elif way == 3:
            offer.write({"line_ids": [(1, line.id, values)], "note": "x"})
        else:
            line.write({"quantity": dice.randrange(1, 9)})
