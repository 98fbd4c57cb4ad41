from odoo.tests import TransactionCase, tagged

from ..tools.carry import carry_snapshot

LINE = {"discount": 10}


@tagged("post_install", "-at_install")
class TestCarrySnapshot(TransactionCase):
    def _carry(self, lines, before, after, rules=(5,)):
        snapshot = {"document": {"user_id": 1}, "lines": lines, "rules": [5, 6], "measures": {}}
        return carry_snapshot(snapshot, before, after, set(rules))

    def test_lines_go_by_their_identity(self):
        carried = self._carry({"1": LINE, "2": {}}, {1: 1, 2: 2}, {11: 2, 12: 1})
        self.assertEqual(carried["lines"], {"11": {}, "12": LINE})
        self.assertEqual(carried["document"], {"user_id": 1})

    def test_what_was_not_approved_or_is_gone_is_not_in_it(self):
        carried = self._carry({"1": LINE, "3": LINE}, {1: 1, 2: 2}, {11: 1, 12: 2, 13: 13})
        self.assertEqual(carried["lines"], {"11": LINE})

    def test_what_is_not_certain_is_not_carried(self):
        self.assertFalse(self._carry({"1": LINE}, {1: 1, 2: 1}, {11: 1})["lines"])
        self.assertFalse(self._carry({"1": LINE}, {1: 1}, {11: 1, 12: 1})["lines"])

    def test_rules_that_do_not_hold_any_more_are_left_out(self):
        self.assertEqual(self._carry({}, {}, {}, rules=(6, 7))["rules"], [6])
