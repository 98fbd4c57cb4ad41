{
    "name": "Sales Availability of Expiring Lots",
    "summary": "Lots past their removal or expiration date are frozen: nobody can be promised them",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_availability", "product_expiry"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
