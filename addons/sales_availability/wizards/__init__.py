from . import sales_availability_release_wizard
