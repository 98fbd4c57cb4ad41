{
    "name": "Sales Contracts: Follow-up",
    "summary": "Contracts on the timeline of a customer",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_contract", "sales_followup"],
    "auto_install": True,
}
