from .tile_url import is_tile_url
