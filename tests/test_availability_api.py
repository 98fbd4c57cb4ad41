"""Another program asks what is available, and the on-hand screen follows what is ordered."""

import pytest

from tools.testing_orders import Shop
from tools.testing_server import RpcError, Session


@pytest.fixture(scope="module")
def api_key(server):
    """A key for another program, made as the user's preferences do it.

    In a session of its own: Odoo remembers there, for a while, that the password was given.
    """
    session = Session(server.url, server.db, "admin", "admin")
    wizard = session.call("res.users.apikeys.description", "create", [{"name": "availability"}])
    asked = session.call("res.users.apikeys.description", "make_key", wizard)
    context = {"password": "admin"}
    shown = session.call("res.users.identitycheck", "run_check", [asked["res_id"]], context=context)
    return shown["context"]["default_key"]


@pytest.fixture(scope="module")
def ask(server, api_key):
    headers = {"Authorization": f"bearer {api_key}", "X-Odoo-Database": server.db}

    def call(model, method, **arguments):
        status, answer = server.post(f"/json/2/{model}/{method}", arguments, headers)
        assert status == 200, answer
        return answer

    return call


@pytest.fixture(scope="module")
def shop(server):
    """A product with 20 units, of which a confirmed order holds one."""
    shop = Shop(server, 20, "stop")
    order_id = shop.call("sale.order", "create", shop.order_vals)
    shop.call("sale.order", "action_confirm", [order_id])
    return shop


def test_live_figures(ask, shop):
    [row] = ask(
        "sales.availability",
        "get_availability",
        product_ids=[shop.product_id],
        warehouse_ids=[shop.warehouse_id],
    )
    assert (row["on_hand"], row["held"], row["available"]) == (20, 1, 19)


def test_stored_figures_follow_within_the_same_call(ask, shop):
    """Whoever reads is the one who refreshes what others have just changed."""
    for held in (1, 2):
        [row] = ask(
            "sales.availability.balance",
            "search_read",
            domain=[["product_id", "=", shop.product_id]],
            fields=["on_hand", "held", "available"],
        )
        assert (row["held"], row["available"]) == (held, 20 - held)
        order_id = shop.call("sale.order", "create", shop.order_vals)
        shop.call("sale.order", "action_confirm", [order_id])


def test_explanation_names_the_orders(ask, shop):
    terms = ask(
        "sales.availability",
        "explain",
        product_id=shop.product_id,
        warehouse_id=shop.warehouse_id,
    )
    held = [term for term in terms if term["term"] == "held"]
    assert {term["document_model"] for term in held} == {"sale.order"}
    assert sum(term["quantity"] for term in terms if term["term"] == "on_hand") == 20


def test_who_may_not_see_stock_is_refused(server, api_key, shop):
    session = server.session()
    [group] = session.call(
        "ir.model.data",
        "search_read",
        [["module", "=", "base"], ["name", "=", "group_portal"]],
        ["res_id"],
    )
    values = {
        "name": "Portal",
        "login": "availability-portal",
        "group_ids": [group["res_id"]],
        "password": "availability-portal",
    }
    session.call("res.users", "create", [values])
    outsider = server.session("availability-portal")
    with pytest.raises(RpcError) as refused:
        outsider.call("sales.availability", "get_availability", [shop.product_id])
    assert refused.value.name == "AccessError"
