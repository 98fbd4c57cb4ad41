from . import (
    res_partner,
    res_partner_duplicates,
    res_partner_keys,
    sales_customer_grade,
    sales_customer_key,
    sales_customer_key_policy,
    sales_region,
)
