/**
 * From WGS-84, in which phones and satellites measure, to GCJ-02, in which the map providers of
 * mainland China draw.
 *
 * Source: the authority never published the formula. This is the approximation that all open
 * libraries use: "EvilTransform" of the CodePlex project on4wp7, spread by googollee/eviltransform
 * (whose test points are in our tests): sines and a polynomial of the distance to 105 E, 35 N, on
 * the ellipsoid of Krassovsky 1940. As there, a rectangle stands for China; beyond it nothing moves.
 */
const SEMI_MAJOR_AXIS = 6378245.0;
const ECCENTRICITY_SQUARED = 0.006693421622965943;
const CHINA = { south: 0.8293, north: 55.8271, west: 72.004, east: 137.8347 };

function waves(value, ...terms) {
    return terms.reduce(
        (sum, [amplitude, divisor]) => sum + amplitude * Math.sin((value * Math.PI) / divisor),
        0
    );
}

function offsets(x, y) {
    const both = ((20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2) / 3;
    const root = Math.sqrt(Math.abs(x));
    const north =
        -100 +
        2 * x +
        3 * y +
        0.2 * y * y +
        0.1 * x * y +
        0.2 * root +
        both +
        (waves(y, [20, 1], [40, 3]) * 2) / 3 +
        (waves(y, [160, 12], [320, 30]) * 2) / 3;
    const east =
        300 +
        x +
        2 * y +
        0.1 * x * x +
        0.1 * x * y +
        0.1 * root +
        both +
        (waves(x, [20, 1], [40, 3]) * 2) / 3 +
        (waves(x, [150, 12], [300, 30]) * 2) / 3;
    return [north, east];
}

function isInChina(latitude, longitude) {
    return (
        latitude > CHINA.south &&
        latitude < CHINA.north &&
        longitude > CHINA.west &&
        longitude < CHINA.east
    );
}

export function wgs84ToGcj02(latitude, longitude) {
    if (!isInChina(latitude, longitude)) {
        return [latitude, longitude];
    }
    const [north, east] = offsets(longitude - 105, latitude - 35);
    const radians = (latitude / 180) * Math.PI;
    const magic = 1 - ECCENTRICITY_SQUARED * Math.sin(radians) ** 2;
    const meridian = (SEMI_MAJOR_AXIS * (1 - ECCENTRICITY_SQUARED)) / (magic * Math.sqrt(magic));
    const parallel = (SEMI_MAJOR_AXIS / Math.sqrt(magic)) * Math.cos(radians);
    return [
        latitude + (north * 180) / (meridian * Math.PI),
        longitude + (east * 180) / (parallel * Math.PI),
    ];
}

/** Where a place is drawn on tiles of a coordinate system. */
export function toTiles(latitude, longitude, datum) {
    return datum === "gcj02" ? wgs84ToGcj02(latitude, longitude) : [latitude, longitude];
}
