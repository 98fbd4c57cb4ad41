"""Several processes save the same customer at once: one has it, the others are told so."""

from collections import Counter

from tools.testing_customers import save_in_parallel
from tools.testing_orders import Login

CLIENTS = 8
CUSTOMERS = 5


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
