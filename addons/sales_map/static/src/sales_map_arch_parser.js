import { exprToBoolean } from "@web/core/utils/strings";
import { visitXML } from "@web/core/utils/xml";
import { Field } from "@web/views/fields/field";
import { getActiveActions } from "@web/views/utils";

export const DEFAULT_LIMIT = 1000;

export class SalesMapArchParser {
    parse(xmlDoc, models, modelName) {
        const archInfo = {
            activeActions: getActiveActions(xmlDoc),
            latitude: xmlDoc.getAttribute("latitude"),
            longitude: xmlDoc.getAttribute("longitude"),
            limit: Number(xmlDoc.getAttribute("limit")) || DEFAULT_LIMIT,
            order: xmlDoc.getAttribute("default_order") || "",
            fieldNodes: {},
            widgetNodes: {},
        };
        visitXML(xmlDoc, (node) => {
            if (node.tagName === "field") {
                const info = Field.parseFieldNode(node, models, modelName, "sales_map");
                info.hideLabel = exprToBoolean(node.getAttribute("nolabel"));
                archInfo.fieldNodes[info.name] = info;
            }
        });
        return archInfo;
    }
}
