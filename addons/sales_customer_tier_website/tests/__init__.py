from . import test_shop_checkout, test_tier_shop
