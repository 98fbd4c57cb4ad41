{
    "name": "Sales Contracts: Customer Pool",
    "summary": "Contracts keep secret customers secret, and customers with one are not recycled",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_contract", "sales_customer_pool"],
    "data": [
        "security/sales_contract_pool_rules.xml",
        "views/sales_customer_recycle_rule_views.xml",
    ],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
