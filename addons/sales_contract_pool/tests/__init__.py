from . import test_contract_pool
