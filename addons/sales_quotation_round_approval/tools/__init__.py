from . import carry
