"""The statements that find partners by the tiers of a search."""

import math
import re
from contextlib import contextmanager
from functools import cached_property

from odoo.fields import Domain
from odoo.tools import SQL, Query, unique
from odoo.tools.sql import escape_psql

from ..tools import search_terms as terms
from .customer_tiers import CustomerTiers

PLANNER_SETTINGS = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    # joins as they are written, what finds first: with the rules there are too many to try others
    "join_collapse_limit": "1",
}
# Of terms that more have than this, some are found without reading all.
MOST_COLLECTED = 700
# So many candidates are asked one by one whether the user may read them, in the time that it takes
# to look through the texts of all that a salesperson may read.
MOST_PROBED = 1500
# Of who may read more, the texts are not looked through.
MOST_SCANNED = 50_000
SPREAD = 1_000_003
TRUE = SQL("TRUE")
# Not the alias of the ORM: record rules may join the company, too, and in another way.
CUSTOMER_ALIAS = "res_partner__search_customer"


class CustomerStatements(CustomerTiers):
    """What is asked of the database for some tiers; which ways are gone is decided elsewhere."""

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
        inner = self._prepare_query(tiers)
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
        inner = self._prepare_query(tiers)
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
        query = self._prepare_query([tier], condition)
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
            self._prepare_query([tier]).select(*self._get_columns()),
            self._get_verification(tier),
        )

    # === PARTS OF STATEMENTS === #

    @property
    def _target(self):
        return CUSTOMER_ALIAS if self.is_customer else "res_partner"

    def _prepare_query(self, tiers=(), condition=TRUE):
        """Return a query of the partners that the user may read, by their keys.

        :param tiers: if any, only the candidates of these: their keys may have what one looks for
        :param condition: which candidates are meant
        """
        if not tiers:
            return self._copy_query(self._base_query)
        if self._reads_most:
            query = self._copy_query(self._base_query)
            query.add_where(SQL("%s AND %s", self._get_tiers_condition(tiers), condition))
            return query
        query = self._copy_query(self._readable_query)
        kind, _keys, on = query._joins["search_key"]
        query._joins["search_key"] = (kind, self._get_candidates_sql(tiers, condition), on)
        return query

    def _get_candidates_sql(self, tiers, condition):
        """Return the keys of candidates whom the user may read."""
        if condition is TRUE and self._are_scanned(tiers):
            return self._get_scanned_keys_sql(tiers)
        condition = SQL("%s AND %s", self._get_tiers_condition(tiers), condition)
        return self._get_readable_keys_sql(condition)

    def _copy_query(self, query):
        copy = Query(self.env, "res_partner")
        copy._joins |= query._joins
        copy._where_clauses += query._where_clauses
        return copy

    def _get_readable_keys_sql(self, condition):
        """Return the keys that fulfil a condition, of partners that the user may read.

        A statement that asks for nothing else of partners: what rights depend on may be in an index
        then, and nothing is read of the many that are not the user's.
        """
        query = self._copy_query(self._rights_query)
        query.add_where(condition)
        return self._select_keys(query)

    def _get_scanned_keys_sql(self, tiers):
        """Return the keys of readable partners whose texts hold what a tier looks for.

        However common it is among the others, only the user's own are looked through for it.
        """
        scan = SQL(
            "(SELECT partner_id FROM (%s) AS text WHERE text IS NULL OR %s OFFSET 0)",
            self._texts,
            self._get_text_condition(tiers),
        )
        query = self._copy_query(self._rights_query)
        # first what finds: PostgreSQL joins as it is written
        query._tables = {"own_text": scan}
        on = SQL("search_key.partner_id = own_text.partner_id")
        query._joins["search_key"] = (SQL("JOIN"), SQL("sales_customer_search_key"), on)
        partner = SQL("JOIN"), SQL("res_partner"), SQL("res_partner.id = search_key.partner_id")
        others = {name: join for name, join in query._joins.items() if name != "search_key"}
        keys = query._joins["search_key"]
        query._joins = {"search_key": keys, "res_partner": partner, **others}
        return self._select_keys(query)

    def _select_keys(self, query):
        columns = SQL("search_key.partner_id, search_key.keys, search_key.is_recent")
        return SQL("(%s OFFSET 0)", query.select(columns))

    def _get_text_condition(self, tiers):
        """Return the condition that one of the tiers may match a text of joined keys."""
        tiers = [tier for tier in tiers if all(tier.clauses)]
        # most tiers look for the same, and only elsewhere: it is looked for once
        whole = [
            (tier, probe) for tier in tiers for probe in tier.clauses[0] if not tier.clauses[1:]
        ]
        several = [tier for tier in tiers if tier.clauses[1:]]
        words = [[[(tier, probe) for probe in c] for c in tier.clauses] for tier in several]
        return SQL(" OR ").join(
            SQL("(%s)", SQL(" AND ").join(map(self._get_clause_texts, clauses)))
            for clauses in [[whole], *words]
            if all(clauses)
        )

    def _get_clause_texts(self, probes):
        """Return the condition that a text has one of some probes, each given with its tier."""
        begin, inside = {}, {}
        for tier, probe in probes:
            places = inside if tier.verify == "inside" else begin
            places.setdefault(probe.text, set()).add(probe.letter)
        # To look for the text alone takes a third of the time, and leaves few to look at.
        return SQL(
            "(%s)",
            SQL(" OR ").join(
                SQL(
                    "text LIKE %s AND text ~ %s",
                    f"%{escape_psql(text)}%",
                    self._get_text_pattern(text, begin.get(text, ()), inside.get(text, ())),
                )
                for text in begin | inside
            ),
        )

    def _get_text_pattern(self, text, begin, inside):
        """Return a regular expression for joined keys of which one holds a text.

        :param begin: letters of the keys that must begin with it
        :param inside: letters of the keys that may have it anywhere
        """
        places = {"": set(begin) - set(inside), "[^A-Z]*": inside}
        return "|".join(
            f"[{''.join(sorted(letters))}]{gap}{re.escape(text)}"
            for gap, letters in places.items()
            if letters
        )

    def _are_scanned(self, tiers):
        """Tell whether to look through the texts of all that the user may read."""
        if any(tier.verify == "typo" for tier in tiers) or self._texts is None:
            return False
        return sum(map(self._estimate, tiers)) > MOST_PROBED

    @cached_property
    def _texts(self):
        if self._readable_share * self.rows > MOST_SCANNED:
            return None
        return self.partners._get_search_texts()

    @cached_property
    def _rights_query(self):
        """A query of the keys of partners that the user may read."""
        query = self.partners.with_context(active_test=False)._search(Domain.TRUE)
        join = SQL("search_key.partner_id = res_partner.id")
        query.add_join("JOIN", "search_key", "sales_customer_search_key", join)
        names = unique(["search_key", *query._joins])
        query._joins = {name: query._joins[name] for name in names}
        return query

    @cached_property
    def _base_query(self):
        return self._make_base_query(self.partners)

    @cached_property
    def _readable_query(self):
        """A query whose search keys are those of readable partners only."""
        # reason: rules are asked where the keys come from; what a caller filters by is the user's
        return self._make_base_query(self.partners.sudo() if self.is_customer else self.partners)

    def _make_base_query(self, partners):
        query = partners._search(Domain.TRUE if self.is_customer else self.domain)
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
