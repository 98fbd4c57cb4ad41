from . import (
    test_counteroffer_access,
    test_counteroffer_screen,
    test_customer_edits,
    test_many_lines,
    test_refused_files,
    test_round_trip,
)
