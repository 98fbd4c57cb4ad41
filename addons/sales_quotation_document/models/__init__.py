from . import res_partner, sale_order, sale_order_line, sales_document_template
