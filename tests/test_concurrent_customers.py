"""Several processes save, or ask for, the same customer at once: one is heard, all are told so."""

from collections import Counter

from tools.testing_clients import Login
from tools.testing_customers import call_in_parallel, save_in_parallel, write_in_parallel

CLIENTS = 8
CUSTOMERS = 5
ROUNDS = 15
ASKERS = 4


def _prepare_customers(client):
    """The same tax codes from every client, each typed in its own way."""
    return [
        {
            "name": f"Contested {number} of client {client}",
            "is_company": True,
            "customer_rank": 1,
            "vat": f"9151{'' if client % 2 else ' '}0100ma6c{number:02}pq5t",
        }
        for number in range(CUSTOMERS)
    ]


def _get_code(number):
    return f"91510100MA6C{number:02}PQ5T"


def test_one_of_simultaneous_saves_wins(server):
    login = Login(server.url, server.db, "admin", "admin")
    answers = save_in_parallel(login, [_prepare_customers(n) for n in range(CLIENTS)])
    for number in range(CUSTOMERS):
        code = _get_code(number)
        mine = [a for vat, a in answers if "".join(vat.split()).upper() == code]
        refusals = [answer.message for answer in mine if answer.outcome != "saved"]
        assert Counter(a.outcome for a in mine) == {"saved": 1, "refused": CLIENTS - 1}, refusals
        assert all("duplicate" in text and code in text for text in refusals), refusals
        domain = [("name", "=like", f"Contested {number} of client %")]
        assert server.rpc("res.partner", "search_count", domain) == 1


def test_a_phone_that_moves_between_contacts_stays_a_key(server):
    """One takes it from a contact while another gives it to one of the same customer."""
    login = Login(server.url, server.db, "admin", "admin")
    numbers = [f"+8613955{n:06}" for n in range(ROUNDS)]
    customers = [
        {
            "name": f"Moving {n}",
            "is_company": True,
            "child_ids": [
                (0, 0, {"name": "Former", "phone": number}),
                (0, 0, {"name": "Next"}),
            ],
        }
        for n, number in enumerate(numbers)
    ]
    ids = server.rpc("res.partner", "create", customers)
    domain = [("parent_id", "in", ids)]
    contacts = server.rpc("res.partner", "search_read", domain, ["name", "parent_id"])
    by_name = {(c["parent_id"][0], c["name"]): c["id"] for c in contacts}
    former, following = ([by_name[i, name] for i in ids] for name in ("Former", "Next"))
    answers = write_in_parallel(
        login,
        [
            [(contact, {"phone": False}) for contact in former],
            [(c, {"phone": number}) for c, number in zip(following, numbers, strict=True)],
        ],
    )
    assert {answer.outcome for answer in answers} == {"saved"}, answers
    found = server.psql(
        "SELECT value FROM sales_customer_key WHERE kind = 'phone' "
        f"AND partner_id IN ({','.join(map(str, ids))}) ORDER BY value"
    )
    assert found.split() == numbers


def test_a_contact_that_comes_while_its_company_gets_another_owner_is_found_by_him(server):
    """Neither would see the other: what is looked through for the new owner has the contact."""
    login = Login(server.url, server.db, "admin", "admin")
    owner = server.rpc("res.users", "search", [("login", "=", "admin")])[0]
    companies = server.rpc(
        "res.partner",
        "create",
        [{"name": f"Handed {n}", "is_company": True, "customer_rank": 1} for n in range(ROUNDS)],
    )
    contacts = server.rpc("res.partner", "create", [{"name": "Comes"} for _company in companies])
    answers = write_in_parallel(
        login,
        [
            [(company, {"user_id": owner}) for company in companies],
            [(c, {"parent_id": company}) for c, company in zip(contacts, companies, strict=True)],
        ],
    )
    assert {answer.outcome for answer in answers} == {"saved"}, answers
    scopes = server.psql(
        "SELECT DISTINCT scope FROM sales_customer_search_text "
        f"WHERE partner_id IN ({','.join(map(str, companies + contacts))})"
    )
    assert scopes.split() == [str(owner)]


def test_simultaneous_requests_are_heard_once_and_stay_within_the_limit(server):
    login = Login(server.url, server.db, "admin", "admin")
    server.psql("DELETE FROM sales_customer_request_limit")
    customers = [
        {"name": f"Asked {n}", "is_company": True, "customer_rank": 1, "vat": f"ASKED-{n:06}"}
        for n in range(3)
    ]
    ids = server.rpc("res.partner", "create", customers)
    key, limit = "sales_customer.request_daily_limit", 2 * ASKERS - 1
    server.rpc("ir.config_parameter", "set_param", key, str(limit))
    try:
        questions = [[(customer["vat"],) for customer in customers]] * ASKERS
        answers = call_in_parallel(login, "res.partner", "action_request_customer", questions)
    finally:
        server.rpc("ir.config_parameter", "set_param", key, False)
    outcomes = Counter(answer.outcome for _vat, answer in answers)
    assert outcomes == {"saved": limit, "refused": ASKERS + 1}, answers
    refusals = [answer.message for _vat, answer in answers if answer.outcome == "refused"]
    assert all(f"there are {limit} a day" in text for text in refusals), refusals
    domain = [("res_model", "=", "res.partner"), ("res_id", "in", ids)]
    activities = server.rpc("mail.activity", "search_read", domain, ["res_id"])
    assert sorted(a["res_id"] for a in activities) == sorted(ids)[:2]
