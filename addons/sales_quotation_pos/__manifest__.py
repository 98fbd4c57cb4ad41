{
    "name": "Sales Quotation: Point of Sale",
    "summary": "What needs approval is not settled at the till, and no paid order is lost",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_quotation", "pos_sale"],
    "auto_install": True,
}
