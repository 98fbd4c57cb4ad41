from . import sales_document_mixin, sales_document_template
