from . import test_customer_tier_rules
