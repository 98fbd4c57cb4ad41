{
    "name": "Sales Quotation Documents",
    "summary": "Quotations in Excel and Word, by default layouts or your own templates",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_document", "sale_management"],
    "data": [
        "security/ir.model.access.csv",
        "security/sales_quotation_document_security.xml",
        "views/sales_document_template_views.xml",
        "views/sale_order_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
