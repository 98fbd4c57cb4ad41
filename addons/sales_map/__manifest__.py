{
    "name": "Sales Map",
    "summary": "A map as one more view: any records with coordinates, on the tiles that you choose",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Sales Cycle contributors",
    "website": "https://github.com/sales-cycle/sales-cycle",
    "license": "LGPL-3",
    "depends": ["base_setup"],
    "data": ["views/res_config_settings_views.xml"],
    "uninstall_hook": "uninstall_hook",
    "assets": {
        # loaded when the first map is opened, and not with every page
        "sales_map.leaflet_lib": [
            "sales_map/static/lib/leaflet/leaflet.css",
            "sales_map/static/lib/leaflet/leaflet.js",
            "sales_map/static/lib/leaflet.markercluster/MarkerCluster.css",
            "sales_map/static/lib/leaflet.markercluster/leaflet.markercluster.js",
        ],
        "web.assets_backend_lazy": ["sales_map/static/src/**/*"],
        "web.assets_unit_tests": ["sales_map/static/tests/*.test.js"],
    },
}
