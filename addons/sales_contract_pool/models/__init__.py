from . import sales_contract, sales_customer_recycle_rule
