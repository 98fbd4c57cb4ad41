"""Several processes quote and sell the same work of a project at once: one wins, who is named."""

from collections import Counter

from tools.testing_clients import Login
from tools.testing_rounds import call_at_once

CLIENTS = 4


def _create_work(server):
    """A project with a task and a milestone, and a service that is quoted for both.

    Core writes neither's row when such a milestone is sold.
    """
    partner_id = server.rpc("res.partner", "create", {"name": "Contested"})
    product_id = server.rpc("product.product", "create", {"name": "Hours", "type": "service"})
    company_ids = server.rpc("res.company", "search", [])
    products = dict.fromkeys(("quote_task_product_id", "quote_milestone_product_id"), product_id)
    server.rpc("res.company", "write", company_ids, products)
    values = {
        "name": "Line 7",
        "partner_id": partner_id,
        "allow_billable": True,
        "allow_milestones": True,
    }
    project_id = server.rpc("project.project", "create", values)
    for model, name in (("project.task", "Plan"), ("project.milestone", "Start")):
        server.rpc(model, "create", {"name": name, "project_id": project_id})
    return project_id


def _open_table(server, project_id, *names):
    wizard_id = server.rpc("project.project", "action_new_quotation", [project_id])["res_id"]
    rows = "sales.quotation.project.line"
    row_ids = server.rpc(rows, "search", [("wizard_id", "=", wizard_id)])
    for row in server.rpc(rows, "read", row_ids, ["name"]):
        server.rpc(rows, "write", [row["id"]], {"is_taken": row["name"] in names})
    return wizard_id


def _read_orders(server, project_id):
    domain = [("project_id", "=", project_id)]
    return server.rpc("sale.order", "search_read", domain, ["name", "state"])


def _apply(wizard_id):
    return ("sales.quotation.project", "action_apply", [wizard_id], {})


def _confirm(order_id):
    return ("sale.order", "action_confirm", [order_id], {})


def _assert_one_won(answers, name, *texts):
    outcomes = Counter(answer.outcome for answer in answers)
    assert outcomes == {"done": 1, "refused": len(answers) - 1}, answers
    for answer in answers:
        if answer.outcome == "refused":
            assert all(text in answer.message for text in (f"{name} (", *texts)), answer.message


def test_who_saw_the_same_free_work_quotes_it_once(server):
    login = Login(server.url, server.db, "admin", "admin")
    for work in ("Plan", "Start"):
        project_id = _create_work(server)
        wizards = [_open_table(server, project_id, work) for _n in range(CLIENTS)]
        answers = call_at_once(login, [_apply(wizard_id) for wizard_id in wizards])
        orders = _read_orders(server, project_id)
        assert len(orders) == 1, answers
        _assert_one_won(answers, orders[0]["name"], work, "Somebody was faster")


def test_of_several_offers_of_the_same_work_one_is_sold(server):
    login = Login(server.url, server.db, "admin", "admin")
    for work in ("Plan", "Start"):
        project_id = _create_work(server)
        for _n in range(CLIENTS):
            action = server.rpc(*_apply(_open_table(server, project_id, work))[:3])
        assert action["res_model"] == "sale.order"
        drafts = [order["id"] for order in _read_orders(server, project_id)]
        answers = call_at_once(login, [_confirm(order_id) for order_id in drafts])
        sold = [o for o in _read_orders(server, project_id) if o["state"] == "sale"]
        assert len(sold) == 1, answers
        _assert_one_won(answers, sold[0]["name"], work)
