from . import test_tier_shop
