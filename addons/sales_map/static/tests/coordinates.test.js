import { describe, expect, test } from "@odoo/hoot";
import { toTiles, wgs84ToGcj02 } from "@sales_map/coordinates";
import { linesWithin, stepOf } from "@sales_map/graticule";

describe.current.tags("desktop");

function rounded(place) {
    return place.map((degrees) => degrees.toFixed(6));
}

test("known points of GCJ-02", () => {
    // the test points of googollee/eviltransform: Shanghai, Shenzhen, Beijing
    for (const [latitude, longitude, ...expected] of [
        [31.1774276, 121.5272106, 31.17530398364597, 121.531541859215],
        [22.543847, 113.912316, 22.540796131694766, 113.9171764808363],
        [39.911954, 116.377817, 39.91334545536069, 116.38404722455657],
    ]) {
        expect(rounded(wgs84ToGcj02(latitude, longitude))).toEqual(rounded(expected));
    }
});

test("nothing moves outside of China, nor on tiles in WGS-84", () => {
    expect(wgs84ToGcj02(48.8584, 2.2945)).toEqual([48.8584, 2.2945]);
    expect(toTiles(31.1774276, 121.5272106, "wgs84")).toEqual([31.1774276, 121.5272106]);
    expect(toTiles(31.1774276, 121.5272106, "gcj02")).not.toEqual([31.1774276, 121.5272106]);
});

test("the grid follows the zoom", () => {
    expect(stepOf(180)).toBe(45);
    expect(stepOf(10)).toBe(2);
    expect(stepOf(0.00001)).toBe(0.001);
    expect(linesWithin(-1, 1.5, 0.5)).toEqual([-1, -0.5, 0, 0.5, 1, 1.5]);
    expect(linesWithin(0.1, 0.2, 1)).toEqual([]);
});
