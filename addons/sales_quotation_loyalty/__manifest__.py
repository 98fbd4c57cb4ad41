{
    "name": "Sales Quotation: Promotions",
    "summary": "Rewards that a program gives ask for no approval, and those that are typed do",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_quotation", "sale_loyalty"],
    "auto_install": True,
}
