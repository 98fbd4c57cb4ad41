{
    "name": "Sales Quotation: Lines from Files",
    "summary": "Lines of a quotation from Excel and CSV files, uploaded or sent with an inquiry",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_quotation", "sales_document"],
    "data": ["views/sales_quotation_paste_views.xml"],
    "assets": {
        "web.assets_backend": ["sales_quotation_upload/static/src/**/*"],
        "web.assets_tests": ["sales_quotation_upload/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
