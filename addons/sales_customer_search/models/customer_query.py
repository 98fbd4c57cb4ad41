"""A search for customers: which statements find the best matches, and nothing more than those."""

import math
from typing import NamedTuple

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL, unique

from ..tools import search_terms as terms

MOST_WORDS = 6
LONGEST_QUERY = 400
# A set of so many matches is read at once; of more, PostgreSQL gets the condition.
LARGEST_READ_SET = 2000
MOST_TYPO_CANDIDATES = 3000
MOST_TYPO_MATCHES = 80
# Steps along the result for each step that is expected: some terms hardly ever stand together.
WALK_PATIENCE = 3


SPREAD = 1_000_003


class Tier(NamedTuple):
    """Matches of the same worth. A partner must match a probe of each clause.

    :param verify: name of the method that tells keys from those that only have the terms
    """

    verify: str
    clauses: tuple[tuple[terms.Probe, ...], ...]


class CustomerQuery:
    """Finds the best partners for a typed text among those that a user may read.

    There are two ways to find those of a tier, by how common its terms are:

    - *collect* all that have the terms by the index, sort them and take the first;
    - *walk* along all partners in the order of the result until enough have the terms: for terms
      so common that collecting would take longer. A walk is bounded: when it finds too few, they
      are collected.

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
        """Return the ids of the best matches, the best first."""
        found = {}
        for tier in self._get_tiers():
            if len(found) < limit:
                found |= dict.fromkeys(self._find_tier(tier, limit + len(found)))
        return list(found or self._find_fuzzy(limit))[:limit]

    def get_set(self):
        """Return all matches, in no order: as ids, or as a statement that selects them."""
        tiers = self._get_tiers()
        if sum(map(self._estimate, tiers)) > LARGEST_READ_SET:
            return self._get_set_query(tiers)
        found = {id_ for tier in tiers for id_ in self._find_tier(tier, None)}
        return found or set(self._find_fuzzy(MOST_TYPO_MATCHES))

    def count(self, limit):
        """Return how many partners match, up to a limit; None when it is best to get the set.

        Companies of contacts are left out: they only matter where it is not many anyway.
        """
        tiers = [tier for tier in self._get_tiers() if all(tier.clauses)]
        if sum(map(self._estimate, tiers)) <= max(limit, LARGEST_READ_SET):
            return None
        selects = (SQL("(%s LIMIT %s)", self._get_select(tier), limit) for tier in tiers)
        query = SQL("SELECT count(*) FROM (%s LIMIT %s) m", SQL(" UNION ").join(selects), limit)
        [[found]] = self.env.execute_query(query)
        return found if found >= limit else None

    def _find_fuzzy(self, limit):
        for tier in self._get_fuzzy_tiers():
            if found := self._find_tier(tier, limit):
                return found
        return []

    def _find_tier(self, tier, limit):
        if not all(tier.clauses):
            return []
        count = self._estimate(tier)
        if limit and count > math.sqrt(limit * self.rows):
            steps = WALK_PATIENCE * int(math.sqrt(limit * self.rows))
            found = self._walk(tier, limit, steps)
            if len(found) >= limit:
                return found
        return self._collect(tier, limit)

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
        shares = [sum(map(self._get_share, clause)) for clause in tier.clauses]
        return self.rows * self._combine(shares)

    def _estimate_probe(self, probe):
        return self.rows * self._get_share(probe)

    def _get_share(self, probe):
        return self._combine(map(self._get_term_share, probe.terms))

    def _get_term_share(self, term):
        return self.shares.get(term, self.rare_share)

    def _combine(self, shares):
        """Return the share of what fulfils several conditions, which are never independent."""
        shares = sorted(min(share, 1) for share in shares)
        return math.prod(share ** (0.5**n) for n, share in enumerate(shares[:4]))

    # === STATEMENTS === #

    def _collect(self, tier, limit):
        query = self._prepare_query(tier)
        query.order = SQL("%s, %s DESC", self._get_is_own_sql(), self._get_order_sql(self._target))
        # OFFSET: keys are only compared in the order of the result, until there are enough
        return self._fetch(SQL("%s OFFSET 0", query.select(*self._get_columns(tier))), tier, limit)

    def _walk(self, tier, limit, steps):
        own = SQL("WHERE user_id = %s", self.env.uid)
        found = self._walk_along(own, tier, limit, steps)
        if len(found) < limit:
            found += self._walk_along(SQL(), tier, limit + len(found), steps)
        return list(unique(found))[:limit]

    def _walk_along(self, condition, tier, limit, steps):
        query = self._prepare_query(tier)
        order = self._get_order_sql("res_partner")
        query._tables["res_partner"] = SQL(
            "(SELECT * FROM res_partner %s ORDER BY %s DESC LIMIT %s)", condition, order, steps
        )
        query.order = SQL("%s DESC", order)
        return self._fetch(query.select(*self._get_columns(tier)), tier, limit)

    def _fetch(self, inner, tier, limit):
        limit = limit and (2 * limit if self.is_customer else limit)
        query = SQL(
            "SELECT id FROM (%s) AS found WHERE %s %s",
            inner,
            self._get_verification(tier),
            SQL("LIMIT %s", limit) if limit else SQL(),
        )
        return list(unique(id_ for (id_,) in self.env.execute_query(query)))

    def _get_set_query(self, tiers):
        """Return a statement that selects all partners of the tiers, and companies of contacts."""
        return SQL(" UNION ").join(self._get_select(tier) for tier in tiers if all(tier.clauses))

    def _get_select(self, tier):
        query = self._prepare_query(tier)
        return SQL(
            "SELECT id FROM (%s) AS found WHERE %s",
            query.select(*self._get_columns(tier)),
            self._get_verification(tier),
        )

    # === PARTS OF STATEMENTS === #

    @property
    def _target(self):
        return "res_partner__commercial_partner_id" if self.is_customer else "res_partner"

    def _prepare_query(self, tier):
        """Return a query of the partners that the user may read, and that have the terms."""
        if self.is_customer:
            query = self.partners._search(Domain.TRUE)
            self._join_customer(query)
        else:
            query = self.partners._search(self.domain)
        condition = SQL("search_key.partner_id = res_partner.id")
        query.add_join("JOIN", "search_key", "sales_customer_search_key", condition)
        for clause in tier.clauses:
            query.add_where(self._get_terms_condition(clause))
        return query

    def _join_customer(self, query):
        """Join the company of a partner, which must be readable, too."""
        alias = query.join(
            "res_partner", "commercial_partner_id", "res_partner", "id", "commercial_partner_id"
        )
        self._add_domain(query, alias, self.partners, self.domain & Domain("active", "=", True))
        if not self.env.su:
            rules = self.env["ir.rule"]._compute_domain("res.partner", "read")
            # reason: rules are evaluated as Odoo does it: with all rights, and archived records
            model = self.partners.sudo().with_context(active_test=False)
            self._add_domain(query, alias, model, rules)

    def _add_domain(self, query, alias, model, domain):
        domain = domain.optimize_full(model)
        query.add_where(domain._to_sql(model, alias, query))

    def _get_order_sql(self, alias):
        return SQL(
            "%s DESC, %s",
            SQL.identifier(alias, "customer_search_rank"),
            SQL.identifier(alias, "id"),
        )

    def _get_is_own_sql(self):
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

    def _get_columns(self, tier):
        flags = [
            SQL("%s AS %s", self._get_flag_sql(domain), SQL.identifier(name))
            for domain, name in self._get_flags(tier).items()
        ]
        return [SQL("%s AS id", SQL.identifier(self._target, "id")), SQL("search_key.keys"), *flags]

    def _get_flags(self, tier):
        """Return the names of columns that tell whether restricted kinds count, by their domain."""
        letters = unique(probe.letter for clause in tier.clauses for probe in clause)
        domains = unique(self.restrictions[letter] for letter in letters)
        return {d: f"is_shown_{n}" for n, d in enumerate(d for d in domains if not d.is_true())}

    def _get_flag_sql(self, domain):
        # reason: the domain is a rule, which is not limited by what its user may read
        model = self.partners.sudo().with_context(active_test=False)
        query = model._search(domain)
        return SQL("res_partner.id IN %s", query.subselect())

    # === VERIFICATION === #

    def _get_verification(self, tier):
        """Return the condition that keys hold the text, in a kind that counts."""
        flags = self._get_flags(tier)
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
