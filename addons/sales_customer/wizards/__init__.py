from . import base_partner_merge, sales_customer_intake, sales_customer_request
