{
    "name": "Sales Availability",
    "summary": "A sales order that exceeds what is available in its warehouse cannot be saved",
    "version": "19.0.2.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sale_stock"],
    "data": [
        "security/ir.model.access.csv",
        "data/availability_versions.xml",
        "views/stock_warehouse_views.xml",
        "views/sale_order_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["sales_availability/static/tests/tours/*.js"],
    },
}
