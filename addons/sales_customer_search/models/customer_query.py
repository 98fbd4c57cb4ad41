"""A search for customers: which statements find the best matches, and nothing more than those."""

import math
from contextlib import contextmanager
from functools import cached_property
from typing import NamedTuple

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL, Query, unique

from ..tools import search_terms as terms
from .sales_customer_search_key import MOST_RECENT

MOST_WORDS = 6
# So many matches are found, and ordered, in one statement.
FEW = 500
PLANNER_SETTINGS = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
LONGEST_QUERY = 400
# A set of so many matches is read at once; of more, PostgreSQL gets the condition.
LARGEST_READ_SET = 2000
MOST_TYPO_CANDIDATES = 3000
MOST_TYPO_MATCHES = 80
# Of terms that more have than this, some are found without reading all.
MOST_COLLECTED = 700
# If the statistics expect more than a few, but no more than this, the index is asked how many
# candidates there are; so many are still read faster at once than tier by tier.
MOST_COUNTED = 10_000
MOST_READ = 1500
# Steps along the own customers, where it would take too many to find enough.
OWN_WALK = 700
# Steps for each step that is expected: what is common may be less so at the beginning.
WALK_PATIENCE = 1.5
OWN_PATIENCE = 4
# Who reads less than this share of all finds little elsewhere: rights are asked before the keys.
SMALL_SHARE = 0.3
# So many candidates such a user's rights are asked for in one statement.
MOST_ASKED = 10_000
# One step along the own customers takes as long as to ask for the rights to so many candidates.
STEP_COST = 4
# A list that is estimated to be so many times as long as is counted is not counted.
SURELY_MORE = 3
SPREAD = 1_000_003
TRUE = SQL("TRUE")
# Not the alias of the ORM: record rules may join the company, too, and in another way.
CUSTOMER_ALIAS = "res_partner__search_customer"


class Tier(NamedTuple):
    """Matches of the same worth. A partner must match a probe of each clause.

    :param verify: name of the method that tells keys from those that only have the terms
    """

    verify: str
    clauses: tuple[tuple[terms.Probe, ...], ...]


class CustomerQuery:
    """Finds the best partners for a typed text among those that a user may read.

    How they are found depends on how common the terms are:

    - few: all that have the terms are read by the index in one statement; how many candidates
      there are is counted where the statistics know the terms, but not how seldom they meet;
    - *collect*, tier by tier: those that have its terms are sorted, and keys compared in the order
      of the result until there are enough; if it may be many, at first only the user's own and
      those something happened with lately, which have an index of their own;
    - *walk* along partners in the order of the result until enough have the terms: for terms that
      so many have that this takes few steps;
    - for who reads only a small part of all partners: candidates are first asked whether they may
      be read, which an index tells, and only then for more; walks are along the own ones.

    Shares of terms are estimates, so walks and what is recent may yield too few: then all are
    collected.

    :param partners: ``res.partner``, of the user who searches
    :param text: what was typed
    :param domain: which partners are meant
    :param is_customer: return the companies, also of contacts that match
    """

    def __init__(self, partners, text, domain=Domain.TRUE, is_customer=False):
        self.partners = partners.browse()
        self.env = partners.env
        self.text = text[:LONGEST_QUERY]
        self.domain = Domain(domain)
        self.is_customer = is_customer
        self.restrictions = partners._get_searchable_kinds()
        key_model = self.env["sales.customer.search.key"]
        day = fields.Date.today().toordinal()
        self.rows, self.shares, self.rare_share = key_model._get_term_statistics(day)

    # === WHAT IS FOUND === #

    def find(self, limit):
        """Return the ids of the best matches, the best first.

        There may be fewer than the limit where many contacts lead to the same company.
        """
        return [id_ for id_, _company in self.find_pairs(limit)]

    def find_pairs(self, limit):
        """Return the ids of the best matches, each with that of its company, the best first."""
        with self._planned_for_few_rows():
            tiers = self._get_tiers()
            find = self._find_few if self._are_few(tiers) else self._find_by_tiers
            return (find(tiers, limit) or self._find_fuzzy(limit))[:limit]

    def _are_few(self, tiers):
        """Tell whether to read all matches: of terms that seldom meet, no statistics tell it."""
        expected = sum(map(self._estimate, tiers))
        if not self._reads_most:
            return expected <= MOST_ASKED
        if FEW < expected <= MOST_COUNTED and self._estimate_single(tiers) <= FEW:
            return self._count_candidates(tiers, MOST_READ + 1) <= MOST_READ
        return expected <= FEW

    def _estimate_single(self, tiers):
        """Return how many are expected by single terms, which the statistics do tell."""
        probes = (probe for tier in tiers for clause in tier.clauses for probe in clause)
        return sum(self._estimate_probe(probe) for probe in probes if len(probe.terms) == 1)

    def _count_candidates(self, tiers, limit):
        condition = self._get_tiers_condition([tier for tier in tiers if all(tier.clauses)])
        query = SQL(
            """
            SELECT count(*)
              FROM (SELECT
                      FROM sales_customer_search_key search_key
                     WHERE %s
                     LIMIT %s) AS found
            """,
            condition,
            limit,
        )
        return self.env.execute_query(query)[0][0]

    def _find_by_tiers(self, tiers, limit):
        found = {}
        for tier in tiers:
            if len(found) < limit:
                found |= dict.fromkeys(self._find_tier(tier, limit + len(found)))
        return list(found)

    def get_set(self):
        """Return all matches, in no order: as ids, or as a statement that selects them."""
        tiers = self._get_tiers()
        if sum(map(self._estimate, tiers)) > LARGEST_READ_SET:
            return self._get_set_query(tiers)
        with self._planned_for_few_rows():
            found = self._find_few(tiers, None) or self._find_fuzzy(MOST_TYPO_MATCHES)
        return [id_ for id_, _company in found]

    def count(self, limit):
        """Return how many partners match, companies of contacts included, up to a limit.

        Of so many that PostgreSQL expects several times the limit, it is not proved.
        """
        tiers = [tier for tier in self._get_tiers() if all(tier.clauses)]
        if self._expect_rows(tiers, limit) > SURELY_MORE * limit:
            return limit
        with self._planned_for_few_rows():
            pairs = self._find_any(tiers, limit) or self._find_fuzzy(MOST_TYPO_MATCHES)
        found = {id_ for id_, _company in pairs}
        companies = {company for _id, company in pairs} - found
        if not self.domain.is_true():
            return self._count_readable(found | companies, limit)
        return min(limit, len(found) + self._count_readable(companies, limit))

    def _count_readable(self, ids, limit):
        return self.partners.search_count(Domain("id", "in", ids) & self.domain, limit)

    def _expect_rows(self, tiers, limit):
        """Return how many matches are expected if it may be more than a limit."""
        expected = max(map(self._estimate, tiers), default=0)
        if expected <= limit or self._flags:
            # nor where it would tell how common something is that the user must not see
            return 0
        query = SQL("EXPLAIN (FORMAT JSON) %s", self.partners._search(self.domain).select())
        [[plan]] = self.env.execute_query(query)
        return expected * min(1, plan[0]["Plan"]["Plan Rows"] / self.rows)

    def _find_fuzzy(self, limit):
        found = []
        for tier in self._get_fuzzy_tiers():
            if not found and all(tier.clauses):
                # what may be misspelled is rare: its common parts were left out
                find = self._collect if tier.verify == "typo" else self._find_tier
                found = find(tier, limit)
        return found

    def _find_tier(self, tier, limit):
        if not all(tier.clauses):
            return []
        count = self._estimate(tier)
        if limit and count > MOST_COLLECTED:
            found = self._find_common(tier, limit, limit * self.rows / count)
            if len(found) >= limit:
                return found
        return self._collect(tier, limit)

    def _find_common(self, tier, limit, steps):
        """Find as many as can be had soon.

        :param steps: partners among which so many should be found as are wanted
        """
        if not self._reads_most:
            return self._find_common_own(tier, limit, steps)
        # both walks, with patience, or one and those of the recent ones that have the terms
        is_near = 2 * WALK_PATIENCE * steps <= OWN_WALK + MOST_RECENT * limit / steps
        found = self._walk_own(tier, limit, WALK_PATIENCE * steps if is_near else OWN_WALK)
        if len(found) < limit:
            wanted = limit + len(found)
            if is_near:
                found += self._walk(tier, wanted, WALK_PATIENCE * steps)
            if len(set(found)) < limit:
                found += self._collect(tier, wanted, SQL("search_key.is_recent"))
        return list(unique(found))[:limit]

    def _find_common_own(self, tier, limit, steps):
        count = self._estimate(tier)
        is_near = STEP_COST * steps <= count
        found = self._walk_own(tier, limit, OWN_PATIENCE * steps) if is_near else []
        if len(found) < limit and count > MOST_RECENT:
            found += self._collect(tier, limit + len(found), SQL("search_key.is_recent"))
        return list(unique(found))[:limit]

    @cached_property
    def _reads_most(self):
        key_model = self.env["sales.customer.search.key"]
        day = fields.Date.today().toordinal()
        companies = tuple(self.env.companies.ids)
        return (
            self.env.su
            or key_model._get_readable_share(self.env.uid, companies, day) >= SMALL_SHARE
        )

    # === TIERS === #

    def _get_tiers(self):
        tiers = [
            self._make_tier("exact", terms.get_exact_probes(self.text, self.restrictions)),
            self._make_tier("prefix", terms.get_prefix_probes(self.text, self.restrictions)),
            self._make_tier("inside", terms.get_inside_probes(self.text, self.restrictions)),
        ]
        words = self.text.split()[:MOST_WORDS]
        if len(words) > 1 and not terms.looks_like_number(self.text):
            clauses = [terms.get_inside_probes(word, self.restrictions) for word in words]
            tiers.append(self._make_tier("inside", *clauses))
        return tiers

    def _get_fuzzy_tiers(self):
        """Yield what is only looked for when nothing was found."""
        if homophones := terms.get_homophones(self.text):
            letters = [terms.PINYIN] if terms.PINYIN in self.restrictions else []
            yield self._make_tier("inside", terms.get_inside_probes(homophones, letters))
        probes, count = [], 0
        for probe in sorted(
            terms.get_typo_probes(self.text, self.restrictions), key=self._estimate_probe
        ):
            count += self._estimate_probe(probe)
            if count <= MOST_TYPO_CANDIDATES:
                probes.append(probe)
        yield self._make_tier("typo", probes)

    def _make_tier(self, verify, *clauses):
        return Tier(verify, tuple(map(tuple, clauses)))

    # === HOW MANY === #

    def _estimate(self, tier):
        if tier.verify == "exact":
            probes = tier.clauses[0]
            return self.rows * sum(self.shares.get(probe.terms[0], 0) for probe in probes)
        shares = [sum(map(self._get_share, clause)) for clause in tier.clauses]
        return self.rows * self._combine(shares)

    def _estimate_clause(self, clause):
        return self.rows * sum(map(self._get_share, clause))

    def _estimate_probe(self, probe):
        return self.rows * self._get_share(probe)

    def _get_share(self, probe):
        choose = min if probe.letter in terms.DEPENDENT_KINDS else self._combine
        return self._combine([choose(map(self._get_term_share, run)) for run in probe.runs])

    def _get_term_share(self, term):
        return self.shares.get(term, self.rare_share)

    def _combine(self, shares):
        """Return the share of what fulfils several conditions, which are never independent."""
        shares = sorted(min(share, 1) for share in shares)
        return math.prod(share ** (0.5**n) for n, share in enumerate(shares[:4]))

    # === STATEMENTS === #

    @contextmanager
    def _planned_for_few_rows(self):
        """Let PostgreSQL plan for the first rows: it takes many of our conditions for unlikely."""
        columns = [
            SQL("current_setting(%s), set_config(%s, %s, TRUE)", name, name, value)
            for name, value in PLANNER_SETTINGS.items()
        ]
        [before] = self.env.execute_query(SQL("SELECT %s", SQL(", ").join(columns)))
        yield
        columns = [
            SQL("set_config(%s, %s, TRUE)", name, value)
            for name, value in zip(PLANNER_SETTINGS, before[::2], strict=True)
        ]
        self.env.cr.execute(SQL("SELECT %s", SQL(", ").join(columns)))

    def _find_few(self, tiers, limit):
        """Find those of all tiers at once, and tell the tiers apart by the keys."""
        tiers = [tier for tier in tiers if all(tier.clauses)]
        if not tiers:
            return []
        inner = self._prepare_query(self._get_tiers_condition(tiers))
        columns = [
            *self._get_columns(),
            self._get_order_column("is_other"),
            self._get_order_column("rank"),
        ]
        cases = [
            SQL("WHEN %s THEN %s", self._get_verification(tier), number)
            for number, tier in enumerate(tiers)
        ]
        ranked = SQL(
            "SELECT *, CASE %s END AS tier FROM (%s) AS found",
            SQL(" ").join(cases),
            inner.select(*columns),
        )
        query = SQL(
            """SELECT id, company_id FROM (%s) AS ranked WHERE tier IS NOT NULL
             ORDER BY tier, is_other, rank DESC, id DESC %s""",
            ranked,
            self._get_limit_sql(limit),
        )
        return list(unique(self.env.execute_query(query)))

    def _find_any(self, tiers, limit):
        """Find some of all tiers, in no order."""
        if not tiers:
            return []
        inner = self._prepare_query(self._get_tiers_condition(tiers))
        # what lies inside is most of it
        conditions = map(self._get_verification, reversed(tiers))
        query = SQL(
            "SELECT id, company_id FROM (%s) AS found WHERE %s LIMIT %s",
            inner.select(*self._get_columns()),
            SQL(" OR ").join(SQL("(%s)", condition) for condition in conditions),
            limit,
        )
        return list(unique(self.env.execute_query(query)))

    def _get_tiers_condition(self, tiers):
        """Return the condition of any tier; exact matches are also inside, mostly."""
        inside = {
            probe[:2] for tier in tiers if tier.verify == "inside" for probe in tier.clauses[0]
        }
        conditions = []
        for tier in tiers:
            clauses = tier.clauses
            if tier.verify != "inside":
                clauses = [[probe for probe in clauses[0] if probe[:2] not in inside]]
            if all(clauses):
                conditions.append(self._get_tier_condition(tier._replace(clauses=clauses)))
        return SQL("(%s)", SQL(" OR ").join(conditions))

    def _get_tier_condition(self, tier):
        """Return the condition of the terms: of a rare word alone, as keys are compared anyway."""
        clauses = sorted(tier.clauses, key=self._estimate_clause)
        if self._estimate_clause(clauses[0]) <= MOST_COLLECTED:
            clauses = clauses[:1]
        return SQL("(%s)", SQL(" AND ").join(map(self._get_terms_condition, clauses)))

    def _collect(self, tier, limit, condition=TRUE):
        query = self._prepare_query(SQL("%s AND %s", self._get_tier_condition(tier), condition))
        order = self._get_order_sql(self._target, "customer_search_rank")
        query.order = SQL("%s, %s", self._get_is_other_sql(), order)
        # OFFSET: keys are only compared in the order of the result, until there are enough
        return self._fetch(SQL("%s OFFSET 0", query.select(*self._get_columns())), tier, limit)

    def _walk_own(self, tier, limit, steps):
        return self._walk(tier, limit, steps, SQL("user_id = %s", self.env.uid))

    def _walk(self, tier, limit, steps, condition=TRUE):
        query = self._prepare_query()
        query.order = self._get_order_sql("search_key", "rank")
        join = SQL("res_partner.id = search_key.partner_id")
        query._tables = {"search_key": self._get_walk_sql(tier, steps, condition)}
        query._joins = {
            "res_partner": (SQL("JOIN"), SQL("res_partner"), join),
            **{name: join for name, join in query._joins.items() if name != "search_key"},
        }
        return self._fetch(query.select(*self._get_columns()), tier, limit)

    def _get_walk_sql(self, tier, steps, condition):
        """Return the keys of partners along the order of the result, as far as they match.

        Without the terms: to compare them one by one takes longer than to compare the keys. And
        before rights are asked, which takes longer than to compare the keys, too.
        """
        order = self._get_order_sql("walk", "rank")
        return SQL(
            """(SELECT walk.id AS partner_id, walk.rank, walk.id, found.keys
                  FROM (SELECT id, customer_search_rank AS rank
                          FROM res_partner WHERE %s ORDER BY %s LIMIT %s) AS walk
                  JOIN LATERAL (SELECT keys
                                  FROM (SELECT keys
                                          FROM sales_customer_search_key
                                         WHERE partner_id = walk.id
                                        OFFSET 0) AS own
                                 WHERE %s) AS found ON TRUE
              ORDER BY %s
                OFFSET 0)""",
            condition,
            self._get_order_sql("res_partner", "customer_search_rank"),
            math.ceil(steps),
            self._get_verification(tier, flagged=False),
            order,
        )

    def _fetch(self, inner, tier, limit):
        query = SQL(
            "SELECT id, company_id FROM (%s) AS found WHERE %s %s",
            inner,
            self._get_verification(tier),
            self._get_limit_sql(limit),
        )
        return list(unique(self.env.execute_query(query)))

    def _get_limit_sql(self, limit):
        # several contacts lead to one company
        return (
            SQL("LIMIT %s", limit + limit // 4 + 4 if self.is_customer else limit)
            if limit
            else SQL()
        )

    def _get_set_query(self, tiers):
        """Return a statement that selects all partners of the tiers, and companies of contacts."""
        return SQL(" UNION ").join(self._get_select(tier) for tier in tiers if all(tier.clauses))

    def _get_select(self, tier):
        return SQL(
            "SELECT id FROM (%s) AS found WHERE %s",
            self._prepare_query(self._get_tier_condition(tier)).select(*self._get_columns()),
            self._get_verification(tier),
        )

    # === PARTS OF STATEMENTS === #

    @property
    def _target(self):
        return CUSTOMER_ALIAS if self.is_customer else "res_partner"

    def _prepare_query(self, condition=TRUE):
        """Return a query of the partners that the user may read, by their keys."""
        query = Query(self.env, "res_partner")
        query._joins |= self._base_query._joins
        query._where_clauses += self._base_query._where_clauses
        if self._reads_most or condition is TRUE:
            query.add_where(condition)
        else:
            kind, _keys, on = query._joins["search_key"]
            query._joins["search_key"] = (kind, self._get_readable_keys_sql(condition), on)
        return query

    def _get_readable_keys_sql(self, condition):
        """Return the keys that fulfil a condition, of partners that the user may read.

        A statement that asks for nothing else of partners: what rights depend on may be in an index
        then, and nothing is read of the many that are not the user's.
        """
        query = self.partners.with_context(active_test=False)._search(Domain.TRUE)
        join = SQL("search_key.partner_id = res_partner.id")
        query.add_join("JOIN", "search_key", "sales_customer_search_key", join)
        names = unique(["search_key", *query._joins])
        query._joins = {name: query._joins[name] for name in names}
        query.add_where(condition)
        columns = SQL("search_key.partner_id, search_key.keys, search_key.is_recent")
        return SQL("(%s OFFSET 0)", query.select(columns))

    @cached_property
    def _base_query(self):
        query = self.partners._search(Domain.TRUE if self.is_customer else self.domain)
        if self.is_customer:
            self._join_customer(query)
        condition = SQL("search_key.partner_id = res_partner.id")
        query.add_join("JOIN", "search_key", "sales_customer_search_key", condition)
        # What finds comes first: of more joins than its join_collapse_limit, as record rules bring
        # them, PostgreSQL keeps the order, and would read all partners before it asks the index.
        first = [name for name in ("search_key", CUSTOMER_ALIAS) if name in query._joins]
        query._joins = {name: query._joins[name] for name in unique([*first, *query._joins])}
        return query

    def _join_customer(self, query):
        """Join the company of a partner, which must be readable, too."""
        alias = CUSTOMER_ALIAS
        condition = SQL(
            "%s = res_partner.commercial_partner_id", SQL.identifier(CUSTOMER_ALIAS, "id")
        )
        query.add_join("JOIN", alias, "res_partner", condition)
        self._add_domain(query, alias, self.partners, self.domain & Domain("active", "=", True))
        if not self.env.su:
            rules = self.env["ir.rule"]._compute_domain("res.partner", "read")
            # reason: rules are evaluated as Odoo does it: with all rights, and archived records
            model = self.partners.sudo().with_context(active_test=False)
            self._add_domain(query, alias, model, rules)

    def _add_domain(self, query, alias, model, domain):
        domain = domain.optimize_full(model)
        query.add_where(domain._to_sql(model, alias, query))

    def _get_order_sql(self, alias, rank):
        return SQL("%s DESC, %s DESC", SQL.identifier(alias, rank), SQL.identifier(alias, "id"))

    def _get_order_column(self, name):
        rank = SQL.identifier(self._target, "customer_search_rank")
        expression = self._get_is_other_sql() if name == "is_other" else rank
        return SQL("%s AS %s", expression, SQL.identifier(name))

    def _get_is_other_sql(self):
        owner = SQL.identifier(self._target, "user_id")
        return SQL("%s IS DISTINCT FROM %s", owner, self.env.uid)

    def _get_terms_condition(self, clause):
        """Return the condition that the index is made for."""
        chosen = set(map(self._choose_terms, clause))
        single = [found[0] for found in chosen if len(found) == 1]
        several = [found for found in chosen if len(found) > 1]
        conditions = [SQL("search_key.terms @> %s", list(found)) for found in several]
        if single:
            conditions.append(SQL("search_key.terms && %s", single))
        return SQL("(%s)", SQL(" OR ").join(conditions))

    def _choose_terms(self, probe):
        """Return the rarest terms of a probe; of equally rare ones some from everywhere."""
        spread = sorted(probe.terms, key=lambda term: term % SPREAD)
        return tuple(sorted(spread, key=self._get_term_share)[: terms.MOST_TERMS])

    def _get_columns(self):
        flags = [
            SQL("%s AS %s", self._get_flag_sql(domain), SQL.identifier(name))
            for domain, name in self._flags.items()
        ]
        return [
            SQL("%s AS id", SQL.identifier(self._target, "id")),
            SQL("res_partner.commercial_partner_id AS company_id"),
            SQL("search_key.keys"),
            *flags,
        ]

    @cached_property
    def _flags(self):
        """The names of columns that tell whether restricted kinds count, by their domain."""
        domains = unique(d for d in self.restrictions.values() if not d.is_true())
        return {domain: f"is_shown_{number}" for number, domain in enumerate(domains)}

    def _get_flag_sql(self, domain):
        # reason: the domain is a rule, which is not limited by what its user may read
        model = self.partners.sudo().with_context(active_test=False)
        query = model._search(domain)
        return SQL("res_partner.id IN %s", query.subselect())

    # === VERIFICATION === #

    def _get_verification(self, tier, flagged=True):
        """Return the condition that keys hold the text, in a kind that counts."""
        flags = self._flags if flagged else {}
        make = getattr(self, f"_verify_{tier.verify}")
        clauses = []
        for clause in tier.clauses:
            by_text = {}
            for probe in clause:
                by_text.setdefault((probe.text, self.restrictions[probe.letter]), []).append(
                    probe.letter
                )
            clauses.append(
                SQL(" OR ").join(
                    self._add_flag(make(text, letters), flags.get(domain))
                    for (text, domain), letters in by_text.items()
                )
            )
        return SQL(" AND ").join(SQL("(%s)", clause) for clause in clauses)

    def _add_flag(self, condition, flag):
        return SQL("(%s AND %s)", SQL.identifier(flag), condition) if flag else condition

    def _verify_exact(self, text, letters):
        return SQL("keys && %s", [letter + text for letter in letters])

    def _verify_prefix(self, text, letters):
        return self._verify_key(letters, SQL("strpos(key, %s) = 2", text))

    def _verify_inside(self, text, letters):
        # no key has an upper-case letter after the first: the text is not found across them
        return self._verify_key(letters, SQL("strpos(key, %s) > 1", text))

    def _verify_typo(self, text, letters):
        return self._verify_key(letters, SQL("key ~ %s", terms.get_typo_pattern(text)))

    def _verify_key(self, letters, condition):
        return SQL(
            "EXISTS (SELECT FROM unnest(keys) AS key WHERE left(key, 1) = ANY(%s) AND %s)",
            list(unique(letters)),
            condition,
        )
