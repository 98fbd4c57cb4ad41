import json

from odoo.http import request

from odoo.addons.website.controllers.form import WebsiteForm


class CustomerWebsiteForm(WebsiteForm):
    def _handle_website_form(self, model_name, **kwargs):
        """Extend: the shop brings a form that makes customers, whose answer tells who is one."""
        if model_name == "res.partner":
            text = request.env._("There is no form for customers here. Please write to us.")
            return json.dumps({"error": text})
        return super()._handle_website_form(model_name, **kwargs)
