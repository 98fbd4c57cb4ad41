{
    "name": "Sales Quotation: Carriage",
    "summary": "What a carrier asks has no floor; less than that keeps to the discount ceiling",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_quotation", "delivery"],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
}
