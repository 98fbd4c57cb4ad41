from . import (
    base_partner_merge,
    mail_compose_message,
    sales_customer_intake,
    sales_customer_request,
)
