{
    "name": "Sales Quotation: Tiers",
    "summary": "Floor prices by the tier of the customer, last prices of others in it",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_quotation", "sales_customer_tier"],
    "data": ["views/sales_price_floor_views.xml"],
    "auto_install": True,
}
