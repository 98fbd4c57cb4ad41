{
    "name": "Sales Cycle Demo Company",
    "summary": "A trading company with customers, products, stock and orders in every state",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": [
        "contacts",
        "l10n_cn",
        "product_expiry",
        "sale_crm",
        "sale_management",
        "sale_margin",
        "sales_availability",
    ],
    "demo": ["demo/demo_company.xml"],
}
