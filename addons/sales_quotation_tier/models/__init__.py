from . import sale_order_line, sales_price_floor
