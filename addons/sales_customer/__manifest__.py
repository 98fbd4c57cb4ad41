{
    "name": "Sales Customers",
    "summary": "The customer file of a sales team, without duplicates",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sale_crm", "phone_validation", "utm"],
    "data": [
        "security/ir.model.access.csv",
        "data/sales_customer_data.xml",
    ],
}
