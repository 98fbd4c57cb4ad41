from . import sales_availability
