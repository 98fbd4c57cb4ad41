{
    "name": "Sales Approval Tests",
    "summary": "A document with lines that needs approval, to test the engine with",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    # portal and sms: they add fields to whatever has messages, and so to our document
    "depends": ["sales_approval", "portal", "sms"],
    "uninstall_hook": "uninstall_hook",
    "data": [
        "security/ir.model.access.csv",
        "security/test_sales_approval_security.xml",
        "views/test_sales_approval_views.xml",
    ],
}
