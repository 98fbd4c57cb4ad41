"""Several processes draw from the same contract at once: what was agreed is sold, and no more."""

from collections import Counter

from tools.testing_clients import Login
from tools.testing_rounds import call_at_once

CLIENTS = 6
EACH = 4
AGREED = 12  # three of them


def _create_contract(server, **values):
    partner_id = server.rpc("res.partner", "create", {"name": "Framework"})
    product_id = server.rpc("product.product", "create", {"name": "Cable", "type": "consu"})
    line = {"product_id": product_id, "quantity": AGREED, "price_unit": 90}
    vals = {"partner_id": partner_id, "line_ids": [(0, 0, line)], **values}
    contract_id = server.rpc("sales.contract", "create", vals)
    server.rpc("sales.contract", "action_confirm", [contract_id])
    return contract_id


def _draw(server, contract_id):
    action = server.rpc("sales.contract", "action_new_quotation", [contract_id])
    wizard_id = action["res_id"]
    rows = "sales.quotation.contract.line"
    row_ids = server.rpc(rows, "search", [("wizard_id", "=", wizard_id)])
    server.rpc(rows, "write", row_ids, {"quantity": EACH})
    return server.rpc("sales.quotation.contract", "action_apply", [wizard_id])["res_id"]


def _read_line(server, contract_id):
    domain = [("contract_id", "=", contract_id)]
    names = ["quantity_ordered", "quantity_left"]
    [line] = server.rpc("sales.contract.line", "search_read", domain, names)
    return line["quantity_ordered"], line["quantity_left"]


def _confirm_at_once(server, order_ids):
    login = Login(server.url, server.db, "admin", "admin")
    calls = [("sale.order", "action_confirm", [order_id], {}) for order_id in order_ids]
    return call_at_once(login, calls)


def test_exactly_what_was_agreed_is_sold(server):
    contract_id = _create_contract(server, over_quantity="stop")
    order_ids = [_draw(server, contract_id) for _n in range(CLIENTS)]
    answers = _confirm_at_once(server, order_ids)
    outcomes = Counter(answer.outcome for answer in answers)
    assert outcomes == {"done": AGREED // EACH, "refused": CLIENTS - AGREED // EACH}, answers
    assert _read_line(server, contract_id) == (AGREED, 0)
    for answer in answers:
        assert answer.outcome == "done" or "16 of 12" in answer.message, answer.message


def test_nothing_is_lost_of_what_is_counted(server):
    contract_id = _create_contract(server)
    order_ids = [_draw(server, contract_id) for _n in range(CLIENTS)]
    answers = _confirm_at_once(server, order_ids)
    assert {answer.outcome for answer in answers} == {"done"}, answers
    assert _read_line(server, contract_id) == (CLIENTS * EACH, AGREED - CLIENTS * EACH)
