from . import company
from . import models
