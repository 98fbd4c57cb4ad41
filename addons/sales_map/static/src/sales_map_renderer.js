/* global L */
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { escape as escapeHtml } from "@web/core/utils/strings";
import { extractFieldsFromArchInfo } from "@web/model/relational_model/utils";
import { session } from "@web/session";
import { formatInteger } from "@web/views/fields/formatters";
import { toTiles } from "./coordinates";
import { addGraticule } from "./graticule";
import { MOST_MARKERS } from "./sales_map_model";
import { SalesMapPopup } from "./sales_map_popup";

const DEFAULT_SETTINGS = { tile_url: "", attribution: "", datum: "wgs84", max_zoom: 18 };
const CLOSEST_FIT = 15;

export class SalesMapRenderer extends Component {
    static template = "sales_map.Renderer";
    static props = {
        archInfo: Object,
        data: Object,
        fields: Object,
        model: Object,
        openRecord: Function,
        openUnplaced: Function,
        position: { type: [Object, { value: null }], optional: true },
        savePosition: Function,
    };

    setup() {
        this.app = this.__owl__.app;
        this.action = useService("action");
        this.canvas = useRef("canvas");
        this.settings = { ...DEFAULT_SETTINGS, ...session.sales_map };
        onWillStart(() => loadBundle("sales_map.leaflet_lib"));
        useEffect(
            () => this.makeMap(),
            () => []
        );
        useEffect(
            () => this.drawMarkers(),
            () => [this.props.data]
        );
    }

    // ---- notes above the map ----------------------------------------------------------------

    get limitNote() {
        const { records, length } = this.props.data;
        if (records.length >= length) {
            return "";
        }
        return _t("The first %(shown)s of %(total)s are shown.", {
            shown: formatInteger(records.length),
            total: formatInteger(length),
        });
    }

    get moreLabel() {
        const { length } = this.props.data;
        return _t("Show %s", formatInteger(Math.min(length, MOST_MARKERS)));
    }

    get canShowMore() {
        return this.props.data.records.length < MOST_MARKERS;
    }

    get unplacedNote() {
        return _t("%s without a place", formatInteger(this.props.data.unplaced));
    }

    get hasHint() {
        return !this.settings.tile_url && user.isSystem;
    }

    get hasNotes() {
        return this.limitNote || this.props.data.unplaced || this.hasHint;
    }

    openSettings() {
        return this.action.doAction("base_setup.action_general_configuration");
    }

    // ---- the map ----------------------------------------------------------------------------

    makeMap() {
        const map = L.map(this.canvas.el, {
            maxZoom: this.settings.max_zoom,
            minZoom: 1,
            worldCopyJump: true,
            zoomControl: false,
        });
        this.map = map;
        map.attributionControl.setPrefix(false);
        L.control.scale({ imperial: false }).addTo(map);
        const zoomTitles = { zoomInTitle: _t("Zoom in"), zoomOutTitle: _t("Zoom out") };
        L.control.zoom({ position: "bottomright", ...zoomTitles }).addTo(map);
        this.setPosition(this.props.position);
        this.addBackground();
        this.cluster = L.markerClusterGroup({
            chunkedLoading: true,
            showCoverageOnHover: false,
            iconCreateFunction: (cluster) => this.clusterIcon(cluster.getChildCount()),
        }).addTo(map);
        const open = (event) => this.openPopup(event.propagatedFrom);
        this.cluster.on("click", open);
        this.cluster.on("keypress", (event) => event.originalEvent.key === "Enter" && open(event));
        map.on("moveend", () =>
            this.props.savePosition({ center: map.getCenter(), zoom: map.getZoom() })
        );
        const observer = new ResizeObserver(() => map.invalidateSize());
        observer.observe(this.canvas.el);
        return () => {
            observer.disconnect();
            map.off("moveend");
            map.remove();
        };
    }

    setPosition(position) {
        if (position) {
            this.map.setView(position.center, position.zoom);
        } else {
            this.map.setView([25, 60], 2);
        }
        this.keepsPosition = Boolean(position);
    }

    /** The attribution is text: Leaflet would take it for HTML. */
    addBackground() {
        const { tile_url, attribution, max_zoom } = this.settings;
        if (tile_url) {
            const options = { attribution: escapeHtml(attribution), maxZoom: max_zoom };
            L.tileLayer(tile_url, options).addTo(this.map);
        } else {
            addGraticule(this.map);
        }
    }

    get datum() {
        return this.settings.tile_url ? this.settings.datum : "wgs84";
    }

    placeOf(record) {
        const { latitude, longitude } = this.props.archInfo;
        return [record[latitude], record[longitude]];
    }

    makeMarker(record) {
        const place = toTiles(...this.placeOf(record), this.datum);
        const name = record.display_name;
        const marker = L.marker(place, { icon: this.pin, title: name, alt: name });
        marker.record = record;
        return marker;
    }

    get pin() {
        this._pin ||= L.divIcon({
            className: "o_sales_map_pin",
            html: '<i class="fa fa-map-marker"></i>',
            iconSize: [30, 40],
            iconAnchor: [15, 38],
        });
        return this._pin;
    }

    clusterIcon(count) {
        const size = count < 10 ? 34 : count < 100 ? 40 : 48;
        return L.divIcon({
            className: "o_sales_map_cluster",
            html: `<span>${Number(count)}</span>`,
            iconSize: [size, size],
        });
    }

    drawMarkers() {
        this.map.closePopup();
        this.cluster.clearLayers();
        const markers = this.props.data.records.map((record) => this.makeMarker(record));
        this.cluster.addLayers(markers);
        if (markers.length && !this.keepsPosition) {
            const bounds = L.latLngBounds(markers.map((marker) => marker.getLatLng()));
            const options = { padding: [40, 40], maxZoom: CLOSEST_FIT, animate: false };
            this.map.fitBounds(bounds, options);
        }
        this.keepsPosition = false;
    }

    // ---- one record -------------------------------------------------------------------------

    popupProps(record) {
        const { archInfo, model } = this.props;
        const { activeFields, fields } = extractFieldsFromArchInfo(archInfo, this.props.fields);
        return {
            record,
            place: this.placeOf(record),
            fieldNodes: archInfo.fieldNodes,
            recordProps: {
                resModel: model.params.resModel,
                resId: record.id,
                activeFields,
                fields,
                context: model.searchParams.context,
                mode: "readonly",
            },
            openRecord: () => this.props.openRecord(record.id),
        };
    }

    async openPopup(marker) {
        const content = document.createElement("div");
        const popup = L.popup({ minWidth: 220, maxWidth: 300, offset: [0, -30] })
            .setLatLng(marker.getLatLng())
            .setContent(content)
            .openOn(this.map);
        const root = this.app.createRoot(SalesMapPopup, {
            props: this.popupProps(marker.record),
            env: this.env,
        });
        popup.on("remove", () => root.destroy());
        await root.mount(content);
        popup.update();
    }
}
