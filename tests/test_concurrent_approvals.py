"""Approvers, askers and editors of the same offers at once, in several server processes."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tools.testing_odoo import free_port
from tools.testing_server import RpcError, Session, serving

APPROVERS = 3
SELLERS = 2
TAKERS = 2  # whom approvers hand over to
OFFERS = 4
TURNS = 10  # of an editor, over all offers
LONGEST = 6  # seconds of editing: conflicts make the server sleep
REPEATS = 20  # of a request that the server gave up: it retries a conflict a few times itself
CONFLICTS = ("SerializationFailure", "LockNotAvailable", "DeadlockDetected")
DECISIONS = """
    SELECT request.res_id, request.state, offer.approval_state,
           (SELECT COUNT(*) FROM sales_approval_step step
             WHERE step.request_id = request.id AND step.decided_by_id IS NOT NULL),
           (SELECT COUNT(*) FROM sales_approval_log log
             WHERE log.request_id = request.id AND log.event IN ('approved', 'rejected'))
      FROM sales_approval_request request
      JOIN test_approval_document offer ON offer.approval_request_id = request.id
     WHERE request.res_id IN ({ids})
"""
# what stands as approved, or waits, and is not what was asked for
FORGED = """
    SELECT offer.id, offer.approval_state, line.warranty,
           request.snapshot->'lines'->line.id::text->>'warranty'
      FROM test_approval_document offer
      JOIN test_approval_line line ON line.document_id = offer.id
      JOIN sales_approval_request request
        ON request.id = CASE WHEN offer.approval_state = 'waiting'
                             THEN offer.approval_request_id ELSE offer.approval_approved_id END
     WHERE offer.id IN ({ids}) AND offer.approval_state IN ('waiting', 'approved')
       AND line.warranty > (request.snapshot->'lines'->line.id::text->>'warranty')::float
"""
HANDED = """
    SELECT request.res_id, offer.approval_state,
           (SELECT COUNT(*) FROM sales_approval_log log
             WHERE log.request_id = request.id AND log.event = 'handed_over'),
           (SELECT COUNT(*) FROM sales_approval_log log
             WHERE log.request_id = request.id AND log.event = 'approved'),
           (SELECT COUNT(*) FROM sales_approval_step_user_rel rel
              JOIN sales_approval_step step ON step.id = rel.sales_approval_step_id
             WHERE step.request_id = request.id)
      FROM sales_approval_request request
      JOIN test_approval_document offer ON offer.approval_request_id = request.id
     WHERE request.res_id IN ({ids})
"""
# how many are asked, and in how many places is the one whom all handed over to
ASKED = """
    SELECT step.res_id, COUNT(DISTINCT rel.res_users_id),
           COUNT(*) FILTER (WHERE rel.res_users_id = {taker})
      FROM sales_approval_step step
      JOIN sales_approval_step_user_rel rel ON rel.sales_approval_step_id = step.id
     WHERE step.res_id IN ({ids}) AND step.res_model = 'test.approval.document'
     GROUP BY step.res_id
"""
REQUESTS = """
    SELECT res_id, COUNT(*) FROM sales_approval_request
     WHERE res_id IN ({ids}) AND state = 'waiting' GROUP BY res_id
"""


class People:
    """Approvers, salespeople and others, who are signed in once for all tests."""

    def __init__(self, server):
        self.server = server
        logins = [f"a{number}" for number in range(APPROVERS + SELLERS + TAKERS)]
        users = [{"name": login, "login": login, "password": login} for login in logins]
        ids = server.rpc("res.users", "create", users, context={"no_reset_password": True})
        signed_in = logins[: APPROVERS + SELLERS]
        sessions = [Session(server.url, server.db, login, login) for login in signed_in]
        self.approvers, self.sellers = sessions[:APPROVERS], sessions[APPROVERS:]
        self.approver_ids, self.takers = ids[:APPROVERS], ids[APPROVERS + SELLERS :]


class Stage:
    """A rule with approvers of one tier, a salesperson, and offers."""

    def __init__(self, people, decision_mode="any"):
        self.server = people.server
        self.approvers, self.sellers = people.approvers, people.sellers
        self.takers = people.takers
        number = time.time_ns()
        ids = people.approver_ids
        tier = {
            "name": "One",
            "approver_kind": "user",
            "user_ids": [(6, 0, ids)],
            "decision_mode": decision_mode,
        }
        condition = {"measure": "warranty", "operator": ">", "value": 12}
        rule = {
            "name": f"Rule {number}",
            "res_model": "test.approval.document",
            "condition_ids": [(0, 0, condition)],
            "tier_ids": [(0, 0, tier)],
            "domain": f"[('note', '=', '{number}')]",
        }
        self.server.rpc("sales.approval.rule", "create", rule)
        line = {"name": "Item", "price_unit": 100, "warranty": 20}
        offers = [
            {"name": f"O{n}", "note": str(number), "line_ids": [(0, 0, line)]}
            for n in range(OFFERS)
        ]
        self.offer_ids = self.sellers[0].call("test.approval.document", "create", offers)

    def call(self, session, method, offer_id, *args):
        """Call a method of an offer; what the server gave up is asked again, as a user does.

        :return: the error that a user would read, or an empty text
        """
        return _call(session, "test.approval.document", method, offer_id, *args)

    def write_line(self, session, offer_id, warranty):
        domain = [("document_id", "=", offer_id)]
        line_ids = session.call("test.approval.line", "search", domain)
        return _call(session, "test.approval.line", "write", line_ids, {"warranty": warranty})

    def hand_over(self, session, offer_id, taker, giver=None):
        """Hand over what an offer asks, or only the step of one of those who are asked."""
        domain = [("res_id", "=", offer_id), ("res_model", "=", "test.approval.document")]
        if giver:
            domain.append(("user_ids", "in", giver))
        step_ids = session.call("sales.approval.step", "search", domain)
        return _call(session, "sales.approval.step", "action_hand_over", step_ids, taker, "Away")

    def run(self, jobs):
        """Do all jobs at the same moment."""
        barrier = threading.Barrier(len(jobs))

        def start(job):
            barrier.wait()
            return job()

        with ThreadPoolExecutor(len(jobs)) as pool:
            return list(pool.map(start, jobs))

    def query(self, sql, **values):
        ids = ",".join(map(str, self.offer_ids))
        lines = self.server.psql(sql.format(ids=ids, **values)).strip().splitlines()
        return [tuple(line.split("\t")) for line in lines]


def _call(session, model, method, *args):
    for attempt in range(REPEATS):
        try:
            session.call(model, method, *args)
        except RpcError as error:
            if error.name not in CONFLICTS:
                return f"{error.name}: {error}"
            time.sleep(0.05 * (attempt + 1))
        else:
            return ""
    return "no answer"


@pytest.fixture(scope="module")
def people(databases, installed_template):
    """Several worker processes, and an addon that only tests: offers that need approval."""
    # the server installs the addon itself: that saves to load everything twice
    options = ("--workers=3", f"--gevent-port={free_port()}", "--init=test_sales_approval")
    with (
        databases.cloned(installed_template, "approvals") as database,
        serving(databases, database, "approvals", options) as running,
    ):
        yield People(running)


def test_asked_by_many_and_decided_by_many_each_offer_is_decided_once(people):
    stage = Stage(people)

    def ask(session):
        return [stage.call(session, "action_approval_ask", i) for i in stage.offer_ids]

    stage.run([lambda s=s: ask(s) for s in stage.sellers])
    assert [count for _id, count in stage.query(REQUESTS)] == ["1"] * OFFERS

    def decide(number, session):
        method = "action_approval_reject" if number % 2 else "action_approval_approve"
        turn = number * 2 % OFFERS
        offer_ids = stage.offer_ids[turn:] + stage.offer_ids[:turn]
        return [stage.call(session, method, i, f"said {number}") for i in offer_ids]

    answers = stage.run([lambda n=n, s=s: decide(n, s) for n, s in enumerate(stage.approvers)])
    decided = stage.query(DECISIONS)
    assert len(decided) == OFFERS
    for _offer, state, offer_state, steps, logged in decided:
        assert state == offer_state and state in ("approved", "rejected")
        assert (steps, logged) == ("1", "1")
    errors = Counter(error.partition(":")[0] for answer in answers for error in answer)
    assert errors == {"": OFFERS, "UserError": OFFERS * (APPROVERS - 1)}, answers


def test_a_share_is_handed_over_or_decided_and_only_once(people):
    """The same approver hands the same offers to two people, and approves them, all at once."""
    stage = Stage(people)
    for offer_id in stage.offer_ids:
        assert not stage.call(stage.sellers[0], "action_approval_ask", offer_id)
    login = stage.approvers[0]
    hands = [lambda i, t=taker: stage.hand_over(login, i, t) for taker in stage.takers]
    hands.append(lambda i: stage.call(login, "action_approval_approve", i))

    def work(turn, hand):
        offer_ids = stage.offer_ids[turn:] + stage.offer_ids[:turn]
        return [hand(offer_id) for offer_id in offer_ids]

    answers = stage.run([lambda n=n, h=h: work(n, h) for n, h in enumerate(hands)])
    handed = stage.query(HANDED)
    assert len(handed) == OFFERS
    for _offer, state, hand_overs, approvals, asked in handed:
        assert int(hand_overs) + int(approvals) == 1, handed
        assert state == ("approved" if approvals == "1" else "waiting")
        assert asked == str(APPROVERS), "one has gone for the one who came"
    errors = Counter(error.partition(":")[0] for answer in answers for error in answer)
    assert errors[""] == OFFERS, answers
    assert errors["AccessError"] + errors["UserError"] == OFFERS * (len(hands) - 1), answers


def test_of_those_who_hand_over_to_the_same_person_one_does(people):
    """Each of them has to approve by a step of his own, and nobody may end up with two."""
    stage = Stage(people, decision_mode="all")
    for offer_id in stage.offer_ids:
        assert not stage.call(stage.sellers[0], "action_approval_ask", offer_id)
    taker = stage.takers[0]
    # or they would meet where handing over makes him a follower
    [user] = people.server.rpc("res.users", "read", [taker], ["partner_id"])
    partner_ids = [user["partner_id"][0]]
    offers = "test.approval.document"
    people.server.rpc(offers, "message_subscribe", stage.offer_ids, partner_ids=partner_ids)

    def hand_over(session):
        return [stage.hand_over(session, i, taker, session.uid) for i in stage.offer_ids]

    answers = stage.run([lambda s=s: hand_over(s) for s in stage.approvers])
    assert [row[1:] for row in stage.query(ASKED, taker=taker)] == [
        (str(APPROVERS), "1") for _offer in stage.offer_ids
    ], answers
    refused = [error for answer in answers for error in answer if error]
    assert len(refused) == OFFERS * (APPROVERS - 1), answers
    assert all("is asked about" in error for error in refused), refused


def test_nothing_is_approved_that_nobody_was_asked_about(people):
    """Some make lines worse, some ask, some approve blindly, all of the same offers at once."""
    stage = Stage(people)
    seen, stop = [], threading.Event()

    def repeat(session, method):
        while not stop.is_set():
            for offer_id in stage.offer_ids:
                seen.append(stage.call(session, method, offer_id))
                stop.wait(0.02)

    def edit(session):
        deadline = time.monotonic() + LONGEST
        try:
            for turn in range(TURNS):
                for offer_id in stage.offer_ids:
                    if time.monotonic() < deadline:
                        stage.write_line(session, offer_id, 21 + turn)
        finally:
            stop.set()

    def watch():
        while not stop.is_set():
            assert not stage.query(FORGED)
            stop.wait(0.1)

    editor, asker = stage.sellers
    stage.run(
        [
            watch,
            lambda: edit(editor),
            lambda: repeat(asker, "action_approval_ask"),
            lambda: repeat(stage.approvers[0], "action_approval_approve"),
        ]
    )
    assert not stage.query(FORGED)
    assert "" in seen, "nothing was asked or approved, so nothing was tested"
    assert not [error for error in seen if error and "UserError" not in error], Counter(seen)
