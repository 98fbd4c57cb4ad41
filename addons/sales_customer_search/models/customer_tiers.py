"""What is looked for: tiers of matches of the same worth, and how many each may have."""

import math
from functools import cached_property
from typing import NamedTuple

from odoo import fields
from odoo.fields import Domain

from ..tools import search_terms as terms

MOST_WORDS = 6
LONGEST_QUERY = 400
MOST_TYPO_CANDIDATES = 3000
# Who reads less than this share of all finds little elsewhere: rights are asked before the keys.
SMALL_SHARE = 0.3


class Tier(NamedTuple):
    """Matches of the same worth. A partner must match a probe of each clause.

    :param verify: name of the method that tells keys from those that only have the terms
    """

    verify: str
    clauses: tuple[tuple[terms.Probe, ...], ...]


class CustomerTiers:
    """The tiers of a typed text, by the kinds that its user may search by.

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

    @cached_property
    def _reads_most(self):
        return self.env.su or self._readable_share >= SMALL_SHARE

    @cached_property
    def _readable_share(self):
        """Which share of all partners the user reads, about."""
        key_model = self.env["sales.customer.search.key"]
        day = fields.Date.today().toordinal()
        companies = tuple(self.env.companies.ids)
        return key_model._get_readable_share(self.env.uid, companies, day)

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
