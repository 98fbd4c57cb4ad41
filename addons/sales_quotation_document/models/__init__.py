from . import sale_order, sale_order_line, sales_document_template
