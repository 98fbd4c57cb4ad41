{
    "name": "Sales Quotation Rounds: Approvals",
    "summary": "A new round takes over what was approved; only what is worse asks again",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["sales_quotation", "sales_quotation_round"],
    "data": ["views/sales_approval_request_views.xml"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
