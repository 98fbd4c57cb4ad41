{
    "name": "Sales Customer Search",
    "summary": "One box that finds customers by whatever people know of them",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_customer"],
    "external_dependencies": {"python": ["pypinyin"]},
    "data": [
        "security/ir.model.access.csv",
        "data/sales_customer_search_data.xml",
        "views/res_partner_views.xml",
    ],
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
    "assets": {
        "web.assets_tests": ["sales_customer_search/static/tests/tours/*.js"],
    },
}
