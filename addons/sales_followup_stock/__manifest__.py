{
    "name": "Sales Follow-up: Deliveries",
    "summary": "Deliveries and returns on the timeline of a customer",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_followup", "sale_stock"],
    "auto_install": True,
}
