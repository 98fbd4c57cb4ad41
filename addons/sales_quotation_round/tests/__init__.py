from . import (
    test_round_access,
    test_round_comparison,
    test_round_documents,
    test_round_hostile,
    test_round_moves_on,
    test_round_portal,
    test_round_screens,
    test_rounds,
)
