"""A person's and a program's first minutes with a running server, seen from outside."""

import datetime
import re
import urllib.request
from zoneinfo import ZoneInfo

import pytest

from tools.environment import own_addons
from tools.testing_server import RpcError

ASSET = re.compile(r"""(?:src|href)="(/web/assets/[^"]+)\"""")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=120) as page:
        return page.status, page.read().decode("utf-8", "replace")


def today_of(session):
    """The date where the user is: in China a new day begins at 16:00 UTC."""
    [user] = session.call("res.users", "read", [session.uid], ["tz"])
    return datetime.datetime.now(ZoneInfo(user["tz"] or "UTC")).date()


@pytest.fixture(scope="module")
def login_page(server):
    return get(f"{server.url}/web/login")


@pytest.fixture(scope="module")
def web_client(server):
    return server.session().get("/odoo")


@pytest.fixture(scope="module")
def api_key(server):
    """A key for another program, made as the user's preferences do it."""
    session = server.session()
    wizard = session.call("res.users.apikeys.description", "create", [{"name": "test"}])
    asked = session.call("res.users.apikeys.description", "make_key", wizard)
    assert asked["res_model"] == "res.users.identitycheck", "a key without asking for the password"
    shown = session.call(
        "res.users.identitycheck",
        "run_check",
        [asked["res_id"]],
        context={"password": "admin"},
    )
    return shown["context"]["default_key"]


def test_login_page_is_served(login_page):
    status, page = login_page
    assert status == 200
    assert 'name="login"' in page and 'name="password"' in page


@pytest.mark.parametrize("which", ["login_page", "web_client"])
def test_every_bundle_is_served(server, request, which):
    """Each script and style of the page is there, and no bundle reports an error inside."""
    _status, page = request.getfixturevalue(which)
    page = page.decode() if isinstance(page, bytes) else page
    bundles = sorted(set(ASSET.findall(page)))
    assert any(path.endswith(".js") for path in bundles)
    assert any(path.endswith(".css") for path in bundles)
    for path in bundles:
        status, content = get(f"{server.url}{path}")
        assert status == 200 and len(content) > 500, path
        is_broken = path.endswith(".css") and "css_error_message" in content
        assert not is_broken, f"{path}: a style sheet does not compile"
        assert "Could not get content for" not in content, f"{path}: a file is missing"


def test_wrong_password_is_refused(server):
    with pytest.raises(RpcError) as refused:
        server.session("admin", "not the password").call("res.users", "read", [2])
    assert refused.value.name == "AccessDenied"


def test_login_page_speaks_chinese(server):
    _status, page = get(f"{server.url}/web/login", **{"Accept-Language": "zh-CN,zh;q=0.9"})
    assert "密码" in page


def test_our_addons_speak_chinese(server):
    """Every addon of ours is named, and its menus and fields are shown, in Chinese."""
    fields = server.rpc("stock.warehouse", "fields_get", [], ["string"], context={"lang": "zh_CN"})
    ours = server.psql(
        "SELECT f.name FROM ir_model_fields f JOIN ir_model_data d ON d.model = 'ir.model.fields'"
        " AND d.res_id = f.id WHERE f.model = 'stock.warehouse' AND d.module = 'sales_availability'"
        " AND f.name NOT IN ('id', 'display_name')"  # these are Odoo's own
    ).split()
    own = set(ours) - {"id", "display_name"}  # every model has these, and ID is ID in Chinese
    assert own
    assert not [name for name in own if not CHINESE.search(fields[name]["string"])]


def test_our_addons_are_installed(server):
    installed = server.rpc(
        "ir.module.module", "search_read", [["state", "=", "installed"]], ["name"]
    )
    assert set(own_addons()) <= {module["name"] for module in installed}
    waiting = server.rpc(
        "ir.module.module", "search_count", [["state", "in", ["to install", "to upgrade"]]]
    )
    assert not waiting


def test_no_external_site_is_asked(web_client):
    """A company's server may have no way out: the page loads nothing from elsewhere."""
    page = web_client[1].decode()
    assert not re.findall(r"""<(?:script|link)[^>]+(?:src|href)="(https?:[^"]+)\"""", page)


def test_api_with_a_key(server, api_key):
    """Another program reads and writes over /json/2 with a key."""
    headers = {"Authorization": f"bearer {api_key}", "X-Odoo-Database": server.db}
    status, partners = server.post(
        "/json/2/res.partner/search_read",
        {"domain": [["is_company", "=", True]], "fields": ["name"], "limit": 3},
        headers,
    )
    assert status == 200 and partners and all(partner["name"] for partner in partners)
    status, created = server.post(
        "/json/2/res.partner/create", {"vals_list": [{"name": "Partner over the API"}]}, headers
    )
    assert status == 200 and len(created) == 1


def test_api_without_a_key_is_refused(server):
    path, body = "/json/2/res.partner/search_read", {"domain": [], "fields": ["name"]}
    assert server.post(path, body, {})[0] == 401
    assert server.post(path, body, {"Authorization": "bearer wrong"})[0] == 401


def test_private_methods_are_not_for_the_api(server, api_key):
    headers = {"Authorization": f"bearer {api_key}"}
    status, _said = server.post("/json/2/sale.order/_action_confirm", {"ids": []}, headers)
    assert status in (403, 404)


def test_demo_company_is_there(server):
    """The database looks like a company: customers, products, orders in every state."""
    count = lambda model, *domain: server.rpc(model, "search_count", list(domain))  # noqa: E731
    assert count("res.partner", ["customer_rank", ">", 0]) >= 40 or count("res.partner") >= 45
    assert count("product.product", ["is_storable", "=", True]) >= 50
    assert count("stock.warehouse") >= 2
    states = {row["state"] for row in server.rpc("sale.order", "search_read", [], ["state"])}
    assert {"draft", "sent", "sale", "cancel"} <= states


def test_a_salesperson_sells(server):
    """Quotation, confirmation, delivery, invoice: over the calls that the web client makes."""
    partner = server.rpc("res.partner", "create", [{"name": "Walk-in customer"}])[0]
    product = server.rpc(
        "product.product",
        "create",
        [{"name": "Bearing", "is_storable": True, "list_price": 20.0, "invoice_policy": "order"}],
    )[0]
    warehouse = server.rpc("stock.warehouse", "search_read", [], ["lot_stock_id"], limit=1)[0]
    quant = server.rpc(
        "stock.quant",
        "create",
        [
            {
                "product_id": product,
                "location_id": warehouse["lot_stock_id"][0],
                "inventory_quantity": 10,
            }
        ],
        context={"inventory_mode": True},
    )
    server.rpc("stock.quant", "action_apply_inventory", quant)
    order = server.rpc(
        "sale.order",
        "create",
        [
            {
                "partner_id": partner,
                "warehouse_id": warehouse["id"],
                "order_line": [[0, 0, {"product_id": product, "product_uom_qty": 3}]],
            }
        ],
    )
    server.rpc("sale.order", "action_confirm", order)
    [sold] = server.rpc("sale.order", "read", order, ["state", "picking_ids", "invoice_ids"])
    assert sold["state"] == "sale" and len(sold["picking_ids"]) >= 1
    moves = server.rpc("stock.picking", "read", sold["picking_ids"], ["state"])
    assert {move["state"] for move in moves} == {"assigned"}
    server.rpc("stock.picking", "button_validate", sold["picking_ids"])
    wizard = server.rpc(
        "sale.advance.payment.inv",
        "create",
        [{"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, order]]}],
    )
    server.rpc("sale.advance.payment.inv", "create_invoices", wizard)
    [invoiced] = server.rpc("sale.order", "read", order, ["invoice_ids", "invoice_status"])
    server.rpc("account.move", "action_post", invoiced["invoice_ids"])
    [invoice] = server.rpc(
        "account.move", "read", invoiced["invoice_ids"], ["state", "invoice_date"]
    )
    assert invoice["state"] == "posted"
    assert invoice["invoice_date"] == today_of(server.session()).isoformat()


def test_the_log_stays_clean(server):
    """Last on purpose (see conftest.py): whatever the tests before did, nothing was logged."""
    assert not server.log_complaints()
