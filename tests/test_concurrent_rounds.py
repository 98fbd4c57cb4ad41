"""Several processes press New Round at once: each number is given once, the others are told."""

from collections import Counter

from tools.testing_clients import Login
from tools.testing_rounds import call_at_once

CLIENTS = 4


def _create_quotation(server):
    partner_id = server.rpc("res.partner", "create", {"name": "Contested"})
    product_id = server.rpc("product.product", "create", {"name": "Pump", "type": "service"})
    line = (0, 0, {"product_id": product_id, "product_uom_qty": 1})
    return server.rpc("sale.order", "create", {"partner_id": partner_id, "order_line": [line]})


def _read_rounds(server, order_id):
    [order] = server.rpc("sale.order", "read", [order_id], ["name"])
    domain = [("name", "=", order["name"])]
    fields = ["round_number", "round_state", "negotiation_id"]
    return server.rpc("sale.order", "search_read", domain, fields, order="round_number")


def _get_calls(order_id, **context):
    call = ("sale.order", "action_new_round", [order_id], context)
    return [call] * CLIENTS


def test_of_those_who_saw_the_same_round_one_makes_the_next(server):
    login = Login(server.url, server.db, "admin", "admin")
    order_id = _create_quotation(server)
    for expected in (1, 2):  # the first time nobody has made the negotiation yet
        answers = call_at_once(login, _get_calls(order_id, expected_round=expected))
        outcomes = Counter(answer.outcome for answer in answers)
        assert outcomes == {"done": 1, "refused": CLIENTS - 1}, answers
        refusals = [answer.message for answer in answers if answer.outcome == "refused"]
        assert all("somebody was faster" in text for text in refusals), refusals
        rounds = _read_rounds(server, order_id)
        assert [one["round_number"] for one in rounds] == list(range(1, expected + 2))
    assert [one["round_state"] for one in rounds] == ["superseded", "superseded", "open"]
    assert len({one["negotiation_id"][0] for one in rounds}) == 1


def test_without_a_word_on_what_was_seen_all_get_numbers_of_their_own(server):
    login = Login(server.url, server.db, "admin", "admin")
    order_id = _create_quotation(server)
    answers = call_at_once(login, _get_calls(order_id))
    done = [answer for answer in answers if answer.outcome == "done"]
    rounds = _read_rounds(server, order_id)
    assert [one["round_number"] for one in rounds] == list(range(1, len(done) + 2)), answers
    states = Counter(one["round_state"] for one in rounds)
    assert states == {"superseded": len(done), "open": 1}


def test_a_round_is_confirmed_or_replaced_but_not_both(server):
    login = Login(server.url, server.db, "admin", "admin")
    for _attempt in range(2):
        order_id = _create_quotation(server)
        calls = [
            ("sale.order", "action_confirm", [order_id], {}),
            ("sale.order", "action_new_round", [order_id], {"expected_round": 1}),
        ]
        answers = call_at_once(login, calls)
        rounds = _read_rounds(server, order_id)
        outcomes = [answer.outcome for answer in answers]
        states = [one["round_state"] for one in rounds]
        if outcomes == ["done", "refused"]:
            assert states == ["won"], answers
        else:
            assert (outcomes, states) == (["refused", "done"], ["superseded", "open"]), answers
