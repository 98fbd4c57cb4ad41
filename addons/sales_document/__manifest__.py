{
    "name": "Sales Documents",
    "summary": "Word and Excel documents from templates that users upload, in a sandbox",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["mail"],
    "data": [
        "security/ir.model.access.csv",
        "security/sales_document_security.xml",
        "views/sales_document_template_views.xml",
        "views/sales_document_export_views.xml",
    ],
    "external_dependencies": {"python": ["docxtpl", "python-docx", "openpyxl", "xlsxwriter"]},
}
