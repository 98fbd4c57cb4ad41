from . import (
    test_approvers,
    test_ceiling,
    test_cheaper_pricelist,
    test_fast_hands,
    test_floor,
    test_gate,
    test_hostile,
    test_inquiry,
    test_pasted_lines,
    test_portal,
    test_queries,
    test_tour,
)
