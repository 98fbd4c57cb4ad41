"""Many salespeople claim the same customers of a running server at once; the database is asked."""

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass

import pytest
from faults import WorkerKiller

from tools.testing_clients import Login, run_clients
from tools.testing_customers import save_in_parallel
from tools.testing_odoo import free_port
from tools.testing_server import RpcError, Session, serving

CLIENTS = 16
CUSTOMERS = 100
REPEATS = 20  # of a request that a killed or busy worker did not answer
HISTORY = """
    SELECT change.partner_id, change.kind, change.to_user_id
      FROM sales_customer_ownership change
      JOIN res_partner partner ON partner.id = change.partner_id
     WHERE partner.id IN ({ids}) AND change.kind != 'create'
"""
OWNERS = (
    "SELECT id, COALESCE(user_id, 0), COALESCE(pool_id, 0) FROM res_partner WHERE id IN ({ids})"
)


@dataclass(frozen=True)
class Claimant:
    """A salesperson, and where."""

    url: str
    db: str
    login: str
    uid: int


class Stage:
    """A pool with customers, and salespeople who may claim them."""

    def __init__(self, server, **limits):
        self.server = server
        number = time.time_ns()
        group = self._get_id("sales_team.group_sale_salesman")
        users = [
            {"name": f"Claimant {n}", "login": f"c{number}_{n}", "password": f"c{number}_{n}"}
            for n in range(CLIENTS)
        ]
        for values in users:
            values["group_ids"] = [(4, group)]
        self.user_ids = server.rpc(
            "res.users", "create", users, context={"no_reset_password": True}
        )
        self.claimants = [
            Claimant(server.url, server.db, values["login"], uid)
            for values, uid in zip(users, self.user_ids, strict=True)
        ]
        values = {"name": f"Crowd {number}", "user_ids": [(6, 0, self.user_ids)], **limits}
        self.pool_id = server.rpc("sales.customer.pool", "create", values)
        self.customer_ids = self.create_customers(CUSTOMERS)

    def _get_id(self, xmlid):
        module, name = xmlid.split(".")
        domain = [("module", "=", module), ("name", "=", name)]
        return self.server.rpc("ir.model.data", "search_read", domain, ["res_id"])[0]["res_id"]

    def create_customers(self, count):
        customers = [
            {"name": f"C{n}", "is_company": True, "customer_rank": 1, "pool_id": self.pool_id}
            for n in range(count)
        ]
        return self.server.rpc("res.partner", "create", customers)

    def query(self, sql):
        ids = ",".join(map(str, self.customer_ids))
        lines = self.server.psql(sql.format(ids=ids)).strip().splitlines()
        return [tuple(line.split("\t")) for line in lines]

    def get_owners(self):
        return {int(i): int(user) for i, user, _pool in self.query(OWNERS)}

    def claim_at_once(self, batches, claimants=None, when_started=None):
        """Let every claimant claim all batches of customers, from processes of their own.

        :return: list of (uid, ids asked for, error text or empty, message of the answer)
        """
        claimants = claimants or self.claimants
        jobs = [(one, _rotate(batches, number)) for number, one in enumerate(claimants)]
        return [answer for own in run_clients(_claim, jobs, when_started) for answer in own]

    def assert_exact(self):
        """Nobody has a customer twice, and each change has one row, to who has it now."""
        owners = self.get_owners()
        history = self.query(HISTORY)
        claims = Counter(int(partner) for partner, _kind, _user in history)
        assert claims == Counter(i for i, user in owners.items() if user)
        for partner, kind, user in history:
            assert kind == "claim"
            assert owners[int(partner)] == int(user)
        pools = {int(i): (int(user), int(pool)) for i, user, pool in self.query(OWNERS)}
        assert all(bool(user) != bool(pool) for user, pool in pools.values())
        return owners


def _rotate(batches, number):
    """Let each client begin somewhere else."""
    number %= len(batches)
    return [*batches[number:], *batches[:number]]


def _claim(job, place):
    claimant, batches = job
    session = _login(claimant)
    place.start()
    for batch in batches:
        yield claimant.uid, batch, *_claim_batch(session, batch)


def _login(claimant):
    for attempt in range(REPEATS):
        try:
            return Session(claimant.url, claimant.db, claimant.login, claimant.login)
        except OSError:
            time.sleep(0.2 * (attempt + 1))
    raise TimeoutError("no login")


def _claim_batch(session, batch):
    """Claim, and ask again when the server did not come to an answer, as a user does."""
    for attempt in range(REPEATS):
        try:
            answer = session.call("sales.customer.pool.card", "action_claim", batch)
        except RpcError as error:
            if error.name == "UserError":
                return str(error), ""
            if error.name not in ("SerializationFailure", "LockNotAvailable", "DeadlockDetected"):
                return f"{error.name}: {error}", ""
        except (OSError, ValueError, http.client.HTTPException):
            time.sleep(0.2 * (attempt + 1))
        else:
            return "", answer["params"]["message"]
    return "no answer", ""


@pytest.fixture
def workers_server(databases, company_template):
    """A server of several worker processes: one alone would do one thing after the other."""
    options = ("--workers=4", f"--gevent-port={free_port()}")
    with (
        databases.cloned(company_template, "claims") as database,
        serving(databases, database, "claims", options) as running,
    ):
        yield running


def test_each_customer_has_one_winner_and_each_loser_is_told(workers_server):
    stage = Stage(workers_server)
    answers = stage.claim_at_once([stage.customer_ids])
    owners = stage.assert_exact()
    assert all(owners.values())
    names = {uid: f"Claimant {n}" for n, uid in enumerate(stage.user_ids)}
    for uid, asked, error, message in answers:
        told = (error or message).splitlines()
        lost = [i for i in asked if owners[i] != uid]
        assert len(told) == len(lost), (uid, told[:3])
        winners = Counter(names[owners[i]] for i in lost)
        found = Counter(name for name in names.values() for line in told if f": {name} has" in line)
        assert found == winners


def test_one_by_one_in_parallel(workers_server):
    stage = Stage(workers_server)
    answers = stage.claim_at_once([[i] for i in stage.customer_ids[:25]])
    owners = stage.assert_exact()
    won = Counter(uid for uid, _asked, error, _message in answers if not error)
    assert won == Counter(user for user in owners.values() if user)
    assert sum(won.values()) == 25
    assert all("has had it since" in error for _u, _a, error, _m in answers if error)


def test_caps_hold_exactly(workers_server):
    """One person claims in many tabs at once, and gets exactly what the cap says."""
    stage = Stage(workers_server, day_claim_limit=7, holding_limit=50)
    one = stage.claimants[0]
    size = CUSTOMERS // CLIENTS
    batches = [stage.customer_ids[n * size : (n + 1) * size] for n in range(3)]
    answers = stage.claim_at_once(batches, claimants=[one] * 6)
    owners = stage.assert_exact()
    assert Counter(owners.values())[one.uid] == 7, answers
    stage.claim_at_once([stage.customer_ids[n::10] for n in range(10)])
    counts = Counter(user for user in stage.assert_exact().values() if user)
    assert max(counts.values()) == 7
    assert sum(counts.values()) == CUSTOMERS


def test_holding_limit_holds_for_those_who_create_in_many_tabs(workers_server):
    stage = Stage(workers_server, holding_limit=5)
    one = stage.claimants[0]
    login = Login(one.url, one.db, one.login, one.login)
    answers = save_in_parallel(login, [_prepare_own_customers(n) for n in range(4)])
    outcomes = Counter(answer.outcome for _vat, answer in answers)
    assert outcomes == {"saved": 5, "refused": 7}, answers
    held = workers_server.rpc("res.partner", "search_count", [("user_id", "=", one.uid)])
    assert held == 5


def _prepare_own_customers(client):
    number = time.time_ns()
    return [
        {"name": f"Own {n}", "vat": f"OWN{number}{client}{n}", "customer_rank": 1} for n in range(3)
    ]


def test_killed_workers_leave_no_half_claims(workers_server):
    stage = Stage(workers_server, day_claim_limit=50)
    killer = WorkerKiller(workers_server, kills=3)
    batches = [stage.customer_ids[n::10] for n in range(10)]
    answers = stage.claim_at_once(batches, when_started=killer.start)
    killer.join()
    assert len(killer.killed) == 3
    owners = stage.assert_exact()
    assert all(owners.values()), "who asked again after the kill got what was left"
    assert not [error for _u, _a, error, _m in answers if error and "has had it since" not in error]
    assert max(Counter(owners.values()).values()) <= 50


def test_release_does_not_refund_under_fire(workers_server):
    stage = Stage(workers_server, day_claim_limit=5)
    one = stage.claimants[0]
    reason = workers_server.rpc("sales.customer.release.reason", "create", {"name": "Test"})
    stop = threading.Event()
    releasing = threading.Thread(target=_release_all, args=(stage, one, reason, stop))
    releasing.start()
    stage.claim_at_once([[i] for i in stage.customer_ids[:10]], claimants=[one] * 4)
    stop.set()
    releasing.join()
    claims = [row for row in stage.query(HISTORY) if row[1] == "claim"]
    assert len(claims) == 5


def _release_all(stage, claimant, reason, stop):
    session = _login(claimant)
    while not stop.is_set():
        owned = session.call("res.partner", "search", [("user_id", "=", claimant.uid)])
        if owned:
            values = {
                "partner_ids": [(6, 0, owned)],
                "pool_id": stage.pool_id,
                "reason_id": reason,
            }
            wizard = session.call("sales.customer.release", "create", values)
            session.call("sales.customer.release", "action_release", [wizard])
        stop.wait(0.2)
