{
    "name": "Sales Availability of Kits",
    "summary": "A kit is available as far as all of its components are",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_availability", "sale_mrp"],
    "auto_install": True,
}
