import { describe, expect, test } from "@odoo/hoot";
import { queryAll, queryAllTexts, queryFirst, waitFor } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
    preloadBundle,
    toggleMenuItem,
    toggleSearchBarMenu,
} from "@web/../tests/web_test_helpers";
import { Domain } from "@web/core/domain";
import { user } from "@web/core/user";
import { session } from "@web/session";

describe.current.tags("desktop");
preloadBundle("sales_map.leaflet_lib");

const PLACES = [
    ["Shanghai", 31.1774276, 121.5272106, { note: "<b>no bold</b>" }],
    ["Urumqi", 43.8256, 87.6168, { partner_id: 1 }],
    ["Unknown", 0, 0],
    ["Beyond", 131, 20],
    ["Pontianak", 0, 109.3333],
];

class Shop extends models.Model {
    name = fields.Char();
    note = fields.Char();
    secret = fields.Char();
    partner_id = fields.Many2one({ relation: "shop" });
    lat = fields.Float({ digits: [10, 7] });
    lng = fields.Float({ digits: [10, 7] });

    _records = PLACES.map(([name, lat, lng, values], index) => ({
        id: index + 1,
        name,
        lat,
        lng,
        ...values,
    }));
}

class ResUsers extends models.Model {
    _name = "res.users";

    has_group() {
        return true;
    }
}

defineModels([Shop, ResUsers]);

const ARCH = /* xml */ `
    <sales_map latitude="lat" longitude="lng">
        <field name="note"/>
        <field name="partner_id" string="Part Of"/>
        <field name="secret" invisible="lat &gt; 10"/>
    </sales_map>`;

function mountMap(params = {}) {
    return mountView({ type: "sales_map", resModel: "shop", arch: ARCH, ...params });
}

function pinsOn() {
    return queryAll(".o_sales_map_pin")
        .map((pin) => pin.title)
        .sort();
}

async function openPopup(name) {
    await contains(`.o_sales_map_pin[title='${name}']`).click();
    await waitFor(".o_sales_map_popup .o_sales_map_open");
}

test("records with a place are markers, the others are counted", async () => {
    await mountMap();
    await waitFor(".o_sales_map_pin");
    expect(pinsOn()).toEqual(["Pontianak", "Shanghai", "Urumqi"]);
    expect(".o_sales_map_unplaced").toHaveText("2 without a place");
    expect(".o_sales_map_limit").toHaveCount(0);
});

test("those without a place can be listed", async () => {
    mockService("action", {
        doAction(action) {
            const domain = new Domain(action.domain);
            const records = PLACES.map(([name, lat, lng]) => ({ name, lat, lng }));
            const found = records.filter((record) => domain.contains(record));
            expect.step([action.res_model, ...found.map((record) => record.name)]);
        },
    });
    await mountMap();
    await contains(".o_sales_map_unplaced").click();
    expect.verifySteps([["shop", "Unknown", "Beyond"]]);
});

test("only what a marker needs is read at first", async () => {
    onRpc("shop", "web_search_read", ({ kwargs }) => {
        expect.step(Object.keys(kwargs.specification));
    });
    await mountMap();
    expect.verifySteps([["display_name", "lat", "lng"]]);
});

test("the popup shows the fields as text, and opens the record", async () => {
    await mountMap({
        selectRecord: (resId, { activeIds }) => expect.step([resId, [...activeIds].sort()]),
    });
    await openPopup("Shanghai");
    expect(".o_sales_map_popup h5").toHaveText("Shanghai");
    expect(".o_sales_map_popup b").toHaveCount(0);
    expect(queryAllTexts(".o_sales_map_field")).toEqual(["Note\n<b>no bold</b>"]);
    await contains(".o_sales_map_open").click();
    expect.verifySteps([[1, [1, 2, 5]]]);
});

test("the popup shows many2one fields by name, and one popup at a time", async () => {
    await mountMap();
    await openPopup("Shanghai");
    await contains(".leaflet-popup-close-button").click();
    await openPopup("Urumqi");
    expect(queryAllTexts(".o_sales_map_field")).toEqual(["Part Of\nShanghai"]);
});

test("a name is never taken for HTML", async () => {
    Shop._records[0].name = "<img src=x onerror='window.hacked = true'>";
    await mountMap();
    await waitFor(".o_sales_map_pin");
    await contains(queryFirst(".o_sales_map_pin[title^='<img']")).click();
    await waitFor(".o_sales_map_popup .o_sales_map_open");
    expect(".o_sales_map_popup img").toHaveCount(0);
    expect(window.hacked).toBe(undefined);
});

test("the limit is told, and can be raised", async () => {
    await mountMap({ arch: ARCH.replace("<sales_map", "<sales_map limit='2'") });
    await waitFor(".o_sales_map_limit");
    expect(".o_sales_map_limit").toHaveText("The first 2 of 3 are shown.Show 3");
    expect(pinsOn()).toHaveLength(2);
    await contains(".o_sales_map_limit button").click();
    await animationFrame();
    expect(pinsOn()).toEqual(["Pontianak", "Shanghai", "Urumqi"]);
    expect(".o_sales_map_limit").toHaveCount(0);
});

test("the search bar narrows the map", async () => {
    await mountMap({
        searchViewArch: `<search><filter name="b" string="B" domain="[('name', 'like', 'Uru')]"/></search>`,
    });
    await waitFor(".o_sales_map_pin");
    await toggleSearchBarMenu();
    await toggleMenuItem("B");
    await animationFrame();
    expect(pinsOn()).toEqual(["Urumqi"]);
    expect(".o_sales_map_unplaced").toHaveCount(0);
});

test("markers that stand close are one cluster", async () => {
    for (let id = 10; id < 60; id++) {
        Shop._records.push({ id, name: `Near ${id}`, lat: 31.1774 + id / 1e5, lng: 121.5272 });
    }
    await mountMap();
    await waitFor(".o_sales_map_cluster");
    expect(".o_sales_map_cluster").toHaveText("51");
});

test("without a tile URL there is a grid, a scale, and a hint for administrators", async () => {
    patchWithCleanup(user, { isSystem: true });
    await mountMap();
    await waitFor(".o_sales_map_degree");
    expect(".o_sales_map_line").not.toHaveCount(0);
    expect(".leaflet-control-scale").toHaveCount(1);
    expect(".o_sales_map_hint").toHaveCount(1);
    expect("img.leaflet-tile").toHaveCount(0);
});

test("who cannot change the settings gets no hint", async () => {
    patchWithCleanup(user, { isSystem: false });
    await mountMap();
    expect(".o_sales_map_hint").toHaveCount(0);
});

test("tiles come from the URL that is set, and its attribution is text", async () => {
    patchWithCleanup(session, {
        sales_map: {
            tile_url: "https://tiles.example.com/{z}/{x}/{y}.png",
            attribution: "<script>alert(1)</script> Example",
            datum: "gcj02",
            max_zoom: 17,
        },
    });
    await mountMap();
    await waitFor("img.leaflet-tile");
    expect(queryFirst("img.leaflet-tile").src).toMatch(
        /^https:\/\/tiles\.example\.com\/\d+\/\d+\/\d+\.png$/
    );
    expect(".leaflet-control-attribution").toHaveText("<script>alert(1)</script> Example");
    expect(".leaflet-control-attribution script").toHaveCount(0);
    expect(".o_sales_map_degree").toHaveCount(0);
});

test("on tiles in GCJ-02 markers are moved, and kept where they are without tiles", async () => {
    const settings = { tile_url: "", attribution: "", datum: "gcj02", max_zoom: 17 };
    const makeMarker = window.L.marker;
    patchWithCleanup(window.L, {
        marker: (place, options) => {
            if (options.title === "Shanghai") {
                expect.step(place.map((degrees) => degrees.toFixed(4)));
            }
            return makeMarker(place, options);
        },
    });
    patchWithCleanup(session, { sales_map: settings });
    await mountMap();
    settings.tile_url = "https://tiles.example.com/{z}/{x}/{y}.png";
    await mountMap();
    expect.verifySteps([
        ["31.1774", "121.5272"],
        ["31.1753", "121.5315"],
    ]);
});

test("nothing on the map when nothing is found", async () => {
    await mountMap({ domain: [["id", "=", 0]] });
    await waitFor(".leaflet-control-scale");
    expect(".o_sales_map_pin").toHaveCount(0);
});
