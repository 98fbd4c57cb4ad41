from . import (
    ir_sequence,
    res_partner,
    res_partner_code,
    res_partner_duplicates,
    res_partner_keys,
    res_partner_rights,
    sales_customer_field_rule,
    sales_customer_grade,
    sales_customer_key,
    sales_customer_key_policy,
    sales_customer_licence,
    sales_region,
)
