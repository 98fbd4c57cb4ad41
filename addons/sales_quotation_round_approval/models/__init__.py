from . import sale_order, sales_approval_request
