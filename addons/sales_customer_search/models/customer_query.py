"""A search for customers: which ways find the best matches, and nothing more than those."""

from odoo.fields import Domain
from odoo.tools import SQL, unique

from .customer_statements import MOST_COLLECTED, MOST_PROBED, CustomerStatements
from .sales_customer_search_key import MOST_RECENT

# So many matches are found, and ordered, in one statement.
FEW = 500
# A set of so many matches is read at once; of more, PostgreSQL gets the condition.
LARGEST_READ_SET = 2000
MOST_TYPO_MATCHES = 80
# If the statistics expect more than a few, but no more than this, the index is asked how many
# candidates there are; so many are still read faster at once than tier by tier.
MOST_COUNTED = 10_000
MOST_READ = 1500
# Steps along the own customers, where it would take too many to find enough.
OWN_WALK = 700
# Steps for each step that is expected: what is common may be less so at the beginning.
WALK_PATIENCE = 1.5
OWN_PATIENCE = 4
# So many of the recent ones that have the terms are read in the time of a step.
RECENT_COST = 3
# For who reads little of all: so many candidates are asked about, and ordered, in one statement.
MOST_ASKED = 10_000
# What a step along the own customers takes, in candidates that are asked about.
STEP_COST = 4
# A list that is estimated to be so many times as long as is counted is not counted.
SURELY_MORE = 3


class CustomerQuery(CustomerStatements):
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
      be read, which an index tells, and only then for more; walks are along the own ones. If an
      addon keeps the texts of what somebody may read side by side, these are looked through, and
      candidates that are others' do not count.

    Shares of terms are estimates, so walks and what is recent may yield too few: then all are
    collected.
    """

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
            if self._texts is not None and expected > MOST_PROBED:
                return expected * self._readable_share <= FEW
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
        few = self._get_first_few(tiers)
        found = dict.fromkeys(self._find_few(few, limit))
        for tier in tiers[len(few) :]:
            if len(found) < limit:
                found |= dict.fromkeys(self._find_tier(tier, limit + len(found)))
        return list(found)

    def _get_first_few(self, tiers):
        """Return the first tiers that are read at once: for who reads little, all of each."""
        if self._reads_most:
            return []
        counts = range(len(tiers), 0, -1)
        return next((tiers[:n] for n in counts if self._are_few(tiers[:n])), [])

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
        recent = MOST_RECENT * limit / steps
        # both walks, with patience, or one and those of the recent ones that have the terms
        is_near = 2 * WALK_PATIENCE * steps <= OWN_WALK + recent
        patience = max(WALK_PATIENCE * steps, recent / RECENT_COST) if is_near else OWN_WALK
        found = self._walk_own(tier, limit, patience)
        if len(found) < limit:
            wanted = limit + len(found)
            if is_near:
                found += self._walk(tier, wanted, patience)
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
