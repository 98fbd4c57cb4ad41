{
    "name": "Sales Quotation Rounds: Documents",
    "summary": "What changed from round to round, in Excel and Word",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_quotation_round", "sales_quotation_document"],
    "auto_install": True,
    "assets": {
        "web.assets_backend": ["sales_quotation_round_document/static/src/**/*"],
        "web.assets_unit_tests": ["sales_quotation_round_document/static/tests/*.test.js"],
    },
}
