"""A salesperson's spreadsheets, uploaded over HTTP as the import screen does it.

1,000 customers and 1,000 products with bad rows of every kind: the good rows are loaded, each bad
row is named by its line and column, and running again doubles nothing.
"""

import http.cookiejar
import io
import json
import re
import urllib.error
import urllib.request
import uuid

import openpyxl
import pytest

ROWS = 1000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "has_headers": True,
    "quoting": '"',
    "separator": "",
    "encoding": "",
    "sheet": "",
    "sheets": [],
    "date_format": "",
    "datetime_format": "",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
    "advanced": True,
    "keep_matches": False,
    "skip": 0,
    "limit": 2000,
    "tracking_disable": True,
}


class Browser:
    """A logged-in web client, as far as importing needs one."""

    def __init__(self, url, db, login="admin", password="admin"):
        self.url = url
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        session = self.call("/web/session/authenticate", db=db, login=login, password=password)
        self.context = {**session["user_context"], "tracking_disable": True}
        page = self.opener.open(f"{url}/odoo", timeout=60).read().decode()
        self.csrf_token = re.search(r'csrf_token: "([^"]+)"', page)[1]

    def call(self, path, **params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(
            f"{self.url}{path}", body, {"Content-Type": "application/json"}
        )
        answer = json.loads(self.opener.open(request, timeout=300).read())
        assert "error" not in answer, answer["error"]["data"]
        return answer["result"]

    def rpc(self, model, method, *args, **kwargs):
        return self.call(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=list(args),
            kwargs={"context": self.context, **kwargs},
        )

    def upload(self, import_id, name, content):
        boundary = uuid.uuid4().hex
        fields = {"csrf_token": self.csrf_token, "id": import_id}
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="ufile"; filename="{name}"\r\n'
            f"Content-Type: {XLSX}\r\n\r\n"
        )
        body = "".join(parts).encode() + content + f"\r\n--{boundary}--\r\n".encode()
        request = urllib.request.Request(
            f"{self.url}/base_import/set_file",
            body,
            {"Content-Type": f"multipart/form-data; boundary={boundary}"},
        )
        return json.loads(self.opener.open(request, timeout=60).read())

    def download(self, path):
        return self.opener.open(f"{self.url}{path}", timeout=60).read()

    def start_import(self, model, rows, name="data.xlsx"):
        import_id = self.rpc("base_import.import", "create", {"res_model": model})
        content = rows if isinstance(rows, bytes) else make_xlsx(rows)
        assert self.upload(import_id, name, content)["result"]
        return import_id

    def execute(self, import_id, fields, titles, dryrun=False, **options):
        return self.rpc(
            "base_import.import",
            "execute_import",
            [import_id],
            fields,
            titles,
            {**OPTIONS, **options},
            dryrun=dryrun,
        )


def make_xlsx(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read_xlsx(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
def browser(server):
    return Browser(server.url, server.db)


@pytest.fixture
def key():
    """Codes of this run, so that the suite can run twice on the same database."""
    return uuid.uuid4().hex[:6].upper()


PARTNER = (
    "res.partner",
    ["name", "ref", "country_id", "city", "partner_latitude"],
    ["Name", "Reference", "Country", "City", "Latitude"],
)
PRODUCT = (
    "product.template",
    ["name", "default_code", "list_price", "categ_id", "barcode"],
    ["Name", "Internal Reference", "Sales Price", "Product Category", "Barcode"],
)


def make_customers(key):
    """The rows, and the cells that are bad: {(row, column letter)}."""
    rows = [
        [f"Customer {key} {n}", f"{key}-{n}", "China", "Shanghai", 31.0 + n / 1000]
        for n in range(ROWS)
    ]
    bad = set()
    for n in range(11, ROWS, 100):
        rows[n][2] = "Atlantis"
        rows[n + 1][1] = f"{key}-0"
        rows[n + 2][4] = "north"
        rows[n + 3][3] = "=B2"
        rows[n + 4][0] = "x" * 5000
        bad |= {(n + 2, "C"), (n + 3, "B"), (n + 4, "E"), (n + 5, "D"), (n + 6, "A")}
    return rows, bad


def make_products(key):
    rows = [
        [f"Product {key} {n}", f"P{key}-{n}", 10 + n / 10, None, f"{key}{n:06}"]
        for n in range(ROWS)
    ]
    bad = set()
    for n in range(11, ROWS, 100):
        rows[n][3] = "No such category"
        rows[n + 1][1] = f"P{key}-0"
        rows[n + 2][2] = "about ten"
        rows[n + 3][2] = "=1+1"
        rows[n + 4][0] = "x" * 5000
        bad |= {(n + 2, "D"), (n + 3, "B"), (n + 4, "C"), (n + 5, "C"), (n + 6, "A")}
    return rows, bad


def get_cells(result):
    return {(message["row"], message["column"]) for message in result["messages"]}


def count(browser, model, field, key):
    return browser.rpc(model, "search_count", [(field, "=like", f"{key}-%")])


@pytest.mark.parametrize(
    ("definition", "make_rows", "code", "prefix"),
    [
        pytest.param(PARTNER, make_customers, "ref", "", id="customers"),
        pytest.param(PRODUCT, make_products, "default_code", "P", id="products"),
    ],
)
def test_thousand_rows(browser, key, definition, make_rows, code, prefix):
    model, fields, titles = definition
    rows, bad = make_rows(key)
    import_id = browser.start_import(model, [titles, *rows])

    # without the option: everything is listed, nothing is written
    result = browser.execute(import_id, fields, titles)
    assert get_cells(result) == bad
    assert not result["ids"]
    assert count(browser, model, code, f"{prefix}{key}") == 0

    # the Test button: the same list, and still nothing written
    result = browser.execute(import_id, fields, titles, dryrun=True, skip_invalid_rows=True)
    assert get_cells(result) == bad
    assert count(browser, model, code, f"{prefix}{key}") == 0

    result = browser.execute(import_id, fields, titles, skip_invalid_rows=True)
    assert get_cells(result) == bad
    assert len(result["messages"]) == len(bad) == 50
    assert len(result["ids"]) == ROWS - 50
    assert result["report"]["loaded"] == ROWS - 50
    assert result["report"]["rejected"] == 50
    assert count(browser, model, code, f"{prefix}{key}") == ROWS - 50

    # the rejected rows come back as they were, with the reason
    lines = read_xlsx(browser.download(f"/sales_import/rejected/{import_id}"))
    assert lines[0][:5] == titles
    assert len(lines) == 51
    assert all(line[5] for line in lines)

    # the same file again: every code is taken, nothing is doubled
    import_id = browser.start_import(model, [titles, *rows])
    result = browser.execute(import_id, fields, titles, skip_invalid_rows=True)
    assert not result["ids"]
    assert result["report"]["rejected"] == ROWS
    assert count(browser, model, code, f"{prefix}{key}") == ROWS - 50


def test_rejected_rows_corrected(browser, key):
    model, fields, titles = PARTNER
    rows = [
        [f"Good {key}", f"{key}-1", "China", None, 1],
        [f"Bad {key}", f"{key}-2", "Atlantis", None, 1],
    ]
    import_id = browser.start_import(model, [titles, *rows])
    browser.execute(import_id, fields, titles, skip_invalid_rows=True)
    lines = read_xlsx(browser.download(f"/sales_import/rejected/{import_id}"))
    lines[1][2] = "China"
    import_id = browser.start_import(model, lines)
    preview = browser.rpc("base_import.import", "parse_preview", [import_id], OPTIONS)
    assert "5" not in preview["matches"]
    result = browser.execute(import_id, [*fields, False], lines[0])
    assert result["messages"] == []
    assert count(browser, model, "ref", key) == 2


def test_stock_of_imported_products(browser, key):
    """Products, then their opening stock from the template's columns: on hand, with lots."""
    titles = ["Name", "Internal Reference", "Track Inventory", "Tracking"]
    fields = ["name", "default_code", "is_storable", "tracking"]
    rows = [[f"Desk {key}", f"D-{key}", True, "none"], [f"Paint {key}", f"L-{key}", True, "lot"]]
    import_id = browser.start_import("product.template", [titles, *rows])
    result = browser.execute(import_id, fields, titles)
    assert result["messages"] == []
    template = read_xlsx(browser.download("/sales_import/template/stock.quant"))
    location = template[1][1]
    rows = [
        [f"D-{key}", location, None, 40],
        [f"L-{key}", location, f"LOT-{key}", 12.5],
        [f"L-{key}", location, None, 5],
    ]
    import_id = browser.start_import("stock.quant", [template[0], *rows])
    preview = browser.rpc("base_import.import", "parse_preview", [import_id], OPTIONS)
    fields = ["/".join(preview["matches"][str(index)]) for index in range(4)]
    result = browser.execute(import_id, fields, template[0], skip_invalid_rows=True)
    assert get_cells(result) == {(4, "C")}
    products = browser.rpc(
        "product.product",
        "search_read",
        [("default_code", "in", [f"D-{key}", f"L-{key}"])],
        ["qty_available"],
    )
    assert sorted(product["qty_available"] for product in products) == [12.5, 40]
    again = browser.start_import("stock.quant", [template[0], *rows])
    result = browser.execute(again, fields, template[0], skip_invalid_rows=True)
    assert get_cells(result) == {(2, "A"), (3, "A"), (4, "C")}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"PK\x03\x04 not a workbook", id="garbage"),
        pytest.param(make_xlsx([[f"{n}" for n in range(300)]]), id="300 columns"),
    ],
)
def test_hostile_file(browser, content):
    """A clear message, and the server goes on."""
    import_id = browser.start_import("res.partner", content)
    preview = browser.rpc("base_import.import", "parse_preview", [import_id], OPTIONS)
    assert re.search("Excel|columns", preview["error"]), preview["error"]
    assert browser.rpc("res.partner", "search_count", []) > 0


def test_templates(browser):
    for model in ("res.partner", "product.template", "stock.quant"):
        rows = read_xlsx(browser.download(f"/sales_import/template/{model}"))
        assert len(rows) == 3
        chinese = read_xlsx(browser.download(f"/sales_import/template/{model}?lang=zh_CN"))
        assert len(chinese[0]) == len(rows[0])


def test_file_of_another_user(browser, server, key):
    """The rejected rows of one user are not for another."""
    import_id = browser.start_import(
        "res.partner", [PARTNER[2], ["Ann", f"{key}-1", "Atlantis", None, 1]]
    )
    browser.execute(import_id, PARTNER[1], PARTNER[2])
    login = f"import_{key}".lower()
    browser.rpc("res.users", "create", {"name": login, "login": login, "password": login})
    other = Browser(server.url, server.db, login, login)
    with pytest.raises(urllib.error.HTTPError):
        other.download(f"/sales_import/rejected/{import_id}")
