from . import base_partner_merge, sales_customer_tier_assign
