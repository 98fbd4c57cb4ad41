from . import (
    test_contract,
    test_contract_drawn,
    test_contract_queries,
    test_contract_rights,
    test_contract_tour,
    test_lines_from_contract,
)
