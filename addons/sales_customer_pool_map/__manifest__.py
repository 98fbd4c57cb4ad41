{
    "name": "Sales Customer Pool: Map",
    "summary": "My customers, and those that go back to the pool soon, on a map",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_customer_pool", "sales_map"],
    "data": ["views/res_partner_views.xml"],
    "assets": {"web.assets_tests": ["sales_customer_pool_map/static/tests/tours/*.js"]},
    "auto_install": True,
}
