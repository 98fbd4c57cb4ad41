{
    "name": "Sales Quotations from Projects",
    "summary": "Products, tasks and milestones of a project become lines of a quotation",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_quotation", "sale_project"],
    "data": [
        "security/ir.model.access.csv",
        "security/sales_quotation_project_security.xml",
        "views/sales_quotation_project_views.xml",
        "views/project_project_views.xml",
        "views/sale_order_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["sales_quotation_project/static/tests/tours/**/*"],
    },
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
