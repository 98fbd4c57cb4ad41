{
    "name": "Sales Quotation Counter-Offers",
    "summary": "The Excel file that the customer edited becomes the next round, compared first",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_quotation_round", "sales_quotation_document"],
    "data": [
        "security/ir.model.access.csv",
        "security/sales_quotation_counteroffer_security.xml",
        "wizards/sales_quotation_counteroffer_views.xml",
        "views/sale_order_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["sales_quotation_counteroffer/static/src/**/*"],
        "web.assets_tests": ["sales_quotation_counteroffer/static/tests/tours/*.js"],
    },
}
