{
    "name": "Sales Customer Tiers: Website",
    "summary": "Customers pay their tier's prices in the shop, and visitors never do",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_customer_tier", "website_sale"],
    "auto_install": True,
}
