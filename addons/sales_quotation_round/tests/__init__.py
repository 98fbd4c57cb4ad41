from . import test_round_comparison, test_rounds
