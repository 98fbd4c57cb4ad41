import { Component } from "@odoo/owl";
import { isIOS, isMobileOS } from "@web/core/browser/feature_detection";
import { evaluateBooleanExpr } from "@web/core/py_js/py";
import { Record } from "@web/model/record";
import { Field } from "@web/views/fields/field";

/** What is seen of a record on the map: the fields of the view, read when it is opened. */
export class SalesMapPopup extends Component {
    static template = "sales_map.Popup";
    static components = { Field, Record };
    static props = {
        record: Object,
        place: Array,
        recordProps: Object,
        fieldNodes: Object,
        openRecord: Function,
    };

    isShown(info, record) {
        const value = record.data[info.name];
        const isEmpty =
            value === false || value === "" || value === null || value?.records?.length === 0;
        return !isEmpty && !evaluateBooleanExpr(info.invisible, record.evalContextWithVirtualIds);
    }

    get fieldInfos() {
        return Object.values(this.props.fieldNodes);
    }

    get canNavigate() {
        return this.env.isSmall || isMobileOS();
    }

    /** The phone asks which of its map programs shall show the way. */
    get navigationUrl() {
        const place = this.props.place.join(",");
        const name = encodeURIComponent(this.props.record.display_name);
        return isIOS() ? `maps:?ll=${place}&q=${name}` : `geo:${place}?q=${place}(${name})`;
    }
}
