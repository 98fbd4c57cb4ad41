/* global L */

const STEPS = [45, 30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const LEAST_LINES = 3;

/** The widest step that draws some lines over a span of degrees. */
export function stepOf(span) {
    return STEPS.find((step) => span / step >= LEAST_LINES) || STEPS.at(-1);
}

/** The multiples of a step within a range. */
export function linesWithin(least, most, step) {
    const first = Math.ceil(least / step);
    const count = Math.max(0, Math.floor(most / step) - first + 1);
    return Array.from({ length: count }, (_, index) => Number(((first + index) * step).toFixed(4)));
}

/** Where a map has no background: meridians and parallels with their degrees. */
export function addGraticule(map) {
    const layer = L.layerGroup().addTo(map);
    const style = { className: "o_sales_map_line", interactive: false, weight: 1 };
    const addLine = (points, label, at) => {
        layer.addLayer(L.polyline(points, style));
        const html = document.createElement("span");
        html.textContent = label;
        const icon = L.divIcon({ className: "o_sales_map_degree", html, iconSize: null });
        layer.addLayer(L.marker(at, { icon, interactive: false, keyboard: false }));
    };
    const draw = () => {
        layer.clearLayers();
        const bounds = map.getBounds();
        const [west, east] = [bounds.getWest(), bounds.getEast()];
        const south = Math.max(-85, bounds.getSouth());
        const north = Math.min(85, bounds.getNorth());
        const step = stepOf(Math.min(east - west, north - south));
        for (const y of linesWithin(south, north, step)) {
            addLine(
                [
                    [y, west],
                    [y, east],
                ],
                `${y}\u00b0`,
                [y, west]
            );
        }
        for (const x of linesWithin(west, east, step)) {
            addLine(
                [
                    [south, x],
                    [north, x],
                ],
                `${x}\u00b0`,
                [north, x]
            );
        }
    };
    map.on("moveend", draw);
    map.whenReady(draw);
}
