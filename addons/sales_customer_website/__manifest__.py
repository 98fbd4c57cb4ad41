{
    "name": "Sales Customers: Website",
    "summary": "Mobile and WeChat ID in the contact form, and no word to visitors about customers",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_customer", "website_crm"],
    "data": ["data/sales_customer_website_data.xml"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
