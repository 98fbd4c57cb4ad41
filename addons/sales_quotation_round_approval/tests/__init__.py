from . import test_carried_approval, test_carry_snapshot
