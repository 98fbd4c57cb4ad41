from . import sales_availability_explanation
from . import sales_availability_release_wizard
