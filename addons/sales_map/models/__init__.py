from . import ir_actions
from . import ir_http
from . import ir_ui_view
from . import res_config_settings
