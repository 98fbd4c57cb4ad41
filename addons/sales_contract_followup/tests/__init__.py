from . import test_timeline_contract
