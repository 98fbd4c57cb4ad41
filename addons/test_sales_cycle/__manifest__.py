{
    "name": "Sales Cycle Tests",
    "summary": "The whole story of a sale, over all addons of the sales cycle",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": [
        "product_expiry",
        "sale_crm",
        "sale_management",
        "sale_margin",
        "sales_availability",
        "sales_followup",
        "sales_import",
    ],
    "assets": {
        "web.assets_tests": ["test_sales_cycle/static/tests/tours/*.js"],
    },
}
