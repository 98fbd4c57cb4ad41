import { _t } from "@web/core/l10n/translation";

/*
 * What can be done about a line that asks for too much. Everything is changed in the browser: an
 * order that asks for too much cannot be saved, so nothing here may need a saved line.
 */

const QUOTATION_STATES = ["draft", "sent"];

/** Return what is left for a line when its order asks for no more than is available. */
export function getTakeQuantity(record, advice) {
    return Math.max(record.data.product_uom_qty - advice.missing, 0);
}

function getOrder(record) {
    const { root } = record.model;
    return root.resModel === "sale.order" ? root : null;
}

function isWritable(record, fieldName) {
    return fieldName in record.activeFields;
}

/**
 * Return which remedies there are for a line.
 *
 * In the dialog of one line, its changes count when the dialog is saved: what changes other lines
 * or saves the order is not offered there.
 */
export function getRemedies(record, advice, { isInDialog = false } = {}) {
    const order = getOrder(record);
    const state = order?.data.state;
    const isQuotation = QUOTATION_STATES.includes(state);
    const isOpen = Boolean(order) && !order.data.locked && (isQuotation || state === "sale");
    const isShort = isOpen && advice.missing > 0;
    const left = getTakeQuantity(record, advice);
    const takesWarehouse = isShort && isWritable(record, "source_warehouse_id");
    return {
        take: isShort && left > 0,
        delete: isShort && left === 0 && isQuotation && !isInDialog,
        lot: isQuotation && isWritable(record, "lot_id"),
        split: takesWarehouse && left > 0 && !isInDialog,
        move: takesWarehouse && (left === 0 || isInDialog),
        queue:
            isShort &&
            isQuotation &&
            advice.can_queue &&
            !isInDialog &&
            order.data.availability_queue_state !== "queued",
    };
}

async function take(record, { advice }) {
    await record.update({ product_uom_qty: getTakeQuantity(record, advice) });
}

async function deleteLine(record) {
    await getOrder(record).data.order_line.delete(record);
}

async function takeLot(record, { choice: lot }) {
    await record.update({ lot_id: { id: lot.id, display_name: lot.name } });
}

async function takeElsewhere(record, { choice: warehouse }) {
    await record.update({
        source_warehouse_id: { id: warehouse.id, display_name: warehouse.name },
    });
}

/** Take what is there, and as much of the rest as another warehouse has on a line of its own. */
async function split(record, { advice, choice: warehouse }) {
    const rest = Math.min(advice.missing, warehouse.available);
    const context = {
        default_product_id: record.data.product_id.id,
        default_product_uom_id: record.data.product_uom_id?.id,
        default_product_uom_qty: rest,
        default_source_warehouse_id: warehouse.id,
    };
    for (const name of ["price_unit", "discount"]) {
        if (isWritable(record, name)) {
            context[`default_${name}`] = record.data[name];
        }
    }
    const list = getOrder(record).data.order_line;
    await take(record, { advice });
    await list.leaveEditMode();
    await list.addNewRecord({ context, position: "bottom", mode: "readonly" });
    const lacking = advice.missing - rest;
    return lacking > 0
        ? _t("%(warehouse)s has only part of it: you ask for less than before.", {
              warehouse: warehouse.name,
          })
        : "";
}

async function queue(record) {
    return queueOrder(getOrder(record));
}

/** Let a quotation wait for goods: this way it can be saved although it asks for too much. */
export async function queueOrder(order) {
    await order.update({ availability_queue_state: "queued" });
    const isSaved = await order.save();
    return isSaved ? _t("The quotation waits for goods and is confirmed when they arrive.") : "";
}

const REMEDIES = {
    take,
    delete: deleteLine,
    lot: takeLot,
    move: takeElsewhere,
    split,
    queue,
};

/**
 * Apply a remedy to a line in the browser.
 *
 * @param {Object} record the line
 * @param {Object} advice what the server said about it
 * @param {string} name one of the remedies that `getRemedies` names
 * @param {Object} [choice] the lot or the warehouse, as the advice names it
 * @returns {Promise<string|undefined>} what to tell the user, if it is not plain to see
 */
export function applyRemedy(record, advice, name, choice) {
    return REMEDIES[name](record, { advice, choice });
}
