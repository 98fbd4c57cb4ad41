from odoo.addons.sales_approval.hooks import forget_documents


def uninstall_hook(env):
    """Leave nothing of the documents behind."""
    forget_documents(env, "test_sales_approval", ["test.approval.document", "test.approval.line"])
