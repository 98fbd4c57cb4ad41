from . import (
    test_customer_tier_concurrency,
    test_customer_tier_prices,
    test_customer_tier_property,
    test_customer_tier_rules,
    test_customer_tier_security,
    test_customer_tier_simulation,
)
