{
    "name": "Sales Import",
    "summary": "Load the good rows of a spreadsheet, get every bad row back by line and column",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["base_import", "product", "stock"],
    "assets": {
        "web.assets_backend": [
            "sales_import/static/src/**/*",
        ],
        "web.assets_tests": [
            "sales_import/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "sales_import/static/tests/**/*.test.js",
        ],
    },
}
