from . import form_arrangement
