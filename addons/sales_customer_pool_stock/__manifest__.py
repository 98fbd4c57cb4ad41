{
    "name": "Sales Customer Pool: Deliveries",
    "summary": "Deliveries keep the customers of colleagues and pools secret",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_customer_pool", "sale_stock"],
    "data": ["security/sales_customer_pool_stock_rules.xml"],
    "auto_install": True,
}
