from . import pos_order, res_users, sale_order
