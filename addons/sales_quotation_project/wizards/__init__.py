from . import sales_quotation_project, sales_quotation_project_line
