from . import (
    project_project,
    res_company,
    res_config_settings,
    sale_order_line,
    sale_order_line_sold,
)
