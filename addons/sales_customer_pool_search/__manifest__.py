{
    "name": "Sales Customer Pool: Search",
    "summary": "Salespeople who see their own customers only find them as fast as who sees all",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_customer_pool", "sales_customer_search"],
    "data": ["security/ir.model.access.csv"],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
