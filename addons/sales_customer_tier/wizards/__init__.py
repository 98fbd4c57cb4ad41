from . import sales_customer_tier_assign
