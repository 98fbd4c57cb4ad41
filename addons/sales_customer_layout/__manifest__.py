{
    "name": "Sales Customer Layouts",
    "summary": "Administrators arrange what the customer form shows, role by role, without code",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_customer"],
    "data": [
        "security/ir.model.access.csv",
        "security/sales_customer_layout_security.xml",
        "views/sales_customer_layout_views.xml",
        "views/sales_customer_layout_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["sales_customer_layout/static/src/**/*"],
        "web.assets_tests": ["sales_customer_layout/static/tests/tours/*.js"],
    },
}
