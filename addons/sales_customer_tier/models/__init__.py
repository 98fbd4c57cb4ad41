from . import (
    product_pricelist,
    res_partner,
    sales_customer_tier,
    sales_customer_tier_condition,
    sales_customer_tier_decision,
    sales_customer_tier_history,
    sales_customer_tier_membership,
    sales_customer_tier_run,
    sales_customer_tier_simulation,
)
