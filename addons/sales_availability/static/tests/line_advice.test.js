import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Order extends models.Model {
    _name = "sale.order";

    state = fields.Char({ default: "draft" });
    locked = fields.Boolean();
    availability_queue_state = fields.Selection({
        selection: [
            ["none", "None"],
            ["queued", "Queued"],
        ],
        default: "none",
    });
    order_line = fields.One2many({ relation: "sale.order.line" });

    _records = [{ id: 1, state: "draft", order_line: [1] }];
    _views = {
        form: `
            <form>
                <field name="state" />
                <field name="locked" invisible="1" />
                <field name="availability_queue_state" />
                <field name="order_line">
                    <list editable="bottom">
                        <field name="product_id" />
                        <field name="product_uom_qty" />
                        <field name="availability_quantity" widget="availability_advice" />
                        <field name="lot_id" />
                        <field name="source_warehouse_id" />
                        <field name="price_unit" />
                    </list>
                    <kanban>
                        <templates>
                            <t t-name="card">
                                <field name="product_uom_qty" />
                                <field
                                    name="availability_quantity"
                                    widget="availability_advice"
                                />
                            </t>
                        </templates>
                    </kanban>
                    <form>
                        <field name="product_uom_qty" />
                        <field name="availability_quantity" widget="availability_advice" />
                        <field name="lot_id" />
                        <field name="source_warehouse_id" />
                    </form>
                </field>
            </form>`,
    };
}

class Line extends models.Model {
    _name = "sale.order.line";

    product_id = fields.Many2one({ relation: "product.product" });
    product_uom_id = fields.Many2one({ relation: "uom.uom" });
    product_uom_qty = fields.Float({
        onChange(line) {
            line.availability_missing = Math.max(line.product_uom_qty - 40, 0);
        },
    });
    price_unit = fields.Float();
    availability_quantity = fields.Float({ readonly: true });
    availability_missing = fields.Float({ readonly: true });
    availability_checked = fields.Boolean({ readonly: true });
    warehouse_id = fields.Many2one({ relation: "stock.warehouse", readonly: true });
    source_warehouse_id = fields.Many2one({ relation: "stock.warehouse" });
    lot_id = fields.Many2one({ relation: "stock.lot" });

    _records = [
        {
            id: 1,
            product_id: 1,
            product_uom_id: 1,
            product_uom_qty: 50,
            price_unit: 7,
            availability_quantity: 40,
            availability_missing: 10,
            availability_checked: true,
            warehouse_id: 1,
        },
    ];
}

class Product extends models.Model {
    _name = "product.product";
    name = fields.Char();
    _records = [{ id: 1, name: "Pump" }];
}

class Warehouse extends models.Model {
    _name = "stock.warehouse";
    name = fields.Char();
    _records = [
        { id: 1, name: "Shanghai" },
        { id: 2, name: "Guangzhou" },
    ];
}

class Lot extends models.Model {
    _name = "stock.lot";
    name = fields.Char();
    _records = [{ id: 4, name: "L-4" }];
}

class Unit extends models.Model {
    _name = "uom.uom";
    name = fields.Char();
    _records = [{ id: 1, name: "Units" }];
}

defineMailModels();
defineModels([Order, Line, Product, Warehouse, Lot, Unit]);

const ADVICE = {
    on_hand: 55,
    frozen: 0,
    held: 15,
    held_of_any_lot: 0,
    incoming: 0,
    available: 40,
    mode: "stop",
    asked: 50,
    missing: 10,
    uom: "Units",
    warehouse: "Shanghai",
    component: false,
    holders: [
        {
            document: "S00007",
            model: "sale.order",
            id: 7,
            user: "Li Na",
            quantity: 12,
            until: "2026-03-04 10:00:00",
            is_quotation: false,
        },
        {
            document: "S00008",
            model: "sale.order",
            id: false,
            user: "Wang Wei",
            quantity: 3,
            until: "2026-03-04 10:00:00",
            is_quotation: true,
        },
    ],
    enough_date: "2026-03-09 10:00:00",
    warehouses: [{ id: 2, name: "Guangzhou", available: 25 }],
    lots: [{ id: 4, name: "L-4", available: 20, expiration: false }],
    can_queue: true,
};

const ICON = "button[data-availability='missing']";

async function openAdvice(values = {}) {
    onRpc("sales.availability", "get_line_advice", ({ kwargs }) => {
        expect.step([kwargs.product_id, kwargs.warehouse_id, kwargs.quantity, kwargs.line_id]);
        return { ...ADVICE, ...values };
    });
    await mountView({ type: "form", resModel: "sale.order", resId: 1 });
    await contains(ICON).click();
    await animationFrame();
}

describe("line advice", () => {
    describe.current.tags("desktop");

    test("a line that asks for too much has a red icon, and loses it", async () => {
        await mountView({ type: "form", resModel: "sale.order", resId: 1 });
        expect(`${ICON} .text-danger`).toHaveCount(1);
        expect(".o_availability_advice").toHaveText("40.00");
        await contains(".o_data_cell[name='product_uom_qty']").click();
        await contains("[name='product_uom_qty'] input").edit("40");
        expect(ICON).toHaveCount(0);
        expect("button[data-availability='enough']").toHaveCount(1);
    });

    test("figures, holders, date, warehouses and lots are shown", async () => {
        await openAdvice();
        expect.verifySteps([[1, 1, 50, 1]]);
        expect(queryAllTexts("[data-figure]")).toEqual(["50", "40", "10"]);
        expect(queryAllTexts("[data-term]")).toEqual(["55", "- 15"]);
        expect("[data-holder='S00007'] a").toHaveAttribute("href", "/odoo/sale.order/7");
        expect("[data-holder='S00008'] a").toHaveCount(0);
        expect("[data-holder='S00008']").toHaveText(/Wang Wei, until/);
        expect("[data-enough-date]").toHaveCount(1);
        expect("[data-warehouse='2']").toHaveCount(1);
        expect("[data-lot='4']").toHaveCount(1);
    });

    test("what is just being typed is asked for", async () => {
        onRpc("sales.availability", "get_line_advice", ({ kwargs }) => {
            expect.step(kwargs.quantity);
            return ADVICE;
        });
        await mountView({ type: "form", resModel: "sale.order", resId: 1 });
        await contains(".o_data_cell[name='product_uom_qty']").click();
        await contains("[name='product_uom_qty'] input").edit("60", { confirm: false });
        await contains(ICON).click();
        await animationFrame();
        expect.verifySteps([60]);
    });

    test("take what is there, before anything is saved", async () => {
        onRpc("sale.order", "web_save", () => expect.step("saved"));
        await openAdvice();
        await contains("[data-remedy='take']").click();
        expect(".o_data_cell[name='product_uom_qty']").toHaveText("40.00");
        expect(".o_popover").toHaveCount(0);
        expect(ICON).toHaveCount(0);
        expect.verifySteps([[1, 1, 50, 1]]);
    });

    test("choose a lot", async () => {
        await openAdvice();
        await contains("[data-remedy='lot']").click();
        expect(".o_data_cell[name='lot_id']").toHaveText("L-4");
        expect.verifySteps([[1, 1, 50, 1]]);
    });

    test("take the rest from another warehouse on a line of its own", async () => {
        onRpc("sale.order", "web_save", ({ args }) => {
            expect.step(args[1].order_line.length);
            const created = args[1].order_line.find((command) => command[0] === 0)[2];
            expect.step([
                created.product_id,
                created.product_uom_qty,
                created.source_warehouse_id,
                created.price_unit,
            ]);
        });
        await openAdvice();
        await contains("[data-remedy='split']").click();
        await animationFrame();
        expect(queryAllTexts(".o_data_cell[name='product_uom_qty']")).toEqual(["40.00", "10.00"]);
        expect(queryAllTexts(".o_data_cell[name='source_warehouse_id']")).toEqual([
            "",
            "Guangzhou",
        ]);
        await contains(".o_form_button_save").click();
        expect.verifySteps([[1, 1, 50, 1], 2, [1, 10, 2, 7]]);
    });

    test("without anything there, the line is deleted or taken elsewhere", async () => {
        await openAdvice({ available: 0, missing: 50, on_hand: 0, held: 0 });
        expect("[data-remedy='take']").toHaveCount(0);
        expect("[data-remedy='delete']").toHaveCount(1);
        await contains("[data-remedy='move']").click();
        expect(".o_data_cell[name='source_warehouse_id']").toHaveText("Guangzhou");
        expect(".o_data_cell[name='product_uom_qty']").toHaveText("50.00");
        await contains(ICON).click();
        await contains("[data-remedy='delete']").click();
        expect(".o_data_row").toHaveCount(0);
        expect.verifySteps([
            [1, 1, 50, 1],
            [1, 1, 50, 1],
        ]);
    });

    test("queue for the next receipt saves the order as waiting", async () => {
        onRpc("sale.order", "web_save", ({ args }) => {
            expect.step(args[1]);
        });
        await openAdvice();
        await contains("[data-remedy='queue']").click();
        expect.verifySteps([[1, 1, 50, 1], { availability_queue_state: "queued" }]);
        expect(".o_notification").toHaveCount(1);
    });

    test("a warehouse that insists on nothing offers no queue", async () => {
        await openAdvice({ can_queue: false, mode: "warn" });
        expect("[data-remedy='queue']").toHaveCount(0);
        expect.verifySteps([[1, 1, 50, 1]]);
    });

    test("a confirmed order can be reduced, and not queued", async () => {
        Order._records[0].state = "sale";
        await openAdvice();
        expect("[data-remedy='take']").toHaveCount(1);
        expect("[data-remedy='queue'], [data-remedy='lot'], [data-remedy='delete']").toHaveCount(0);
        expect.verifySteps([[1, 1, 50, 1]]);
    });

    test("in the dialog of a line, nothing is offered that changes other lines", async () => {
        Order._views.form = Order._views.form.replace('editable="bottom"', "");
        onRpc("sales.availability", "get_line_advice", () => ADVICE);
        await mountView({ type: "form", resModel: "sale.order", resId: 1 });
        await contains(".o_data_cell[name='product_uom_qty']").click();
        await contains(`.modal ${ICON}`).click();
        await animationFrame();
        expect("[data-remedy='take'], [data-remedy='move'], [data-remedy='lot']").toHaveCount(3);
        expect("[data-remedy='split'], [data-remedy='queue']").toHaveCount(0);
        await contains("[data-remedy='move']").click();
        await contains(".modal .o_form_button_save").click();
        expect(".o_data_cell[name='source_warehouse_id']").toHaveText("Guangzhou");
    });

    test("an unknown product or warehouse is said to be unknown", async () => {
        onRpc("sales.availability", "get_line_advice", () => ({}));
        await mountView({ type: "form", resModel: "sale.order", resId: 1 });
        await contains(ICON).click();
        await animationFrame();
        expect("[data-advice] button").toHaveCount(0);
        expect("[data-advice]").toHaveText(/Nothing is known/);
    });
});

describe("line advice on a phone", () => {
    describe.current.tags("mobile");

    test("opens as a sheet, and takes what is there", async () => {
        await openAdvice();
        expect(".o_bottom_sheet [data-advice]").toHaveCount(1);
        await contains("[data-remedy='take']").click();
        expect(ICON).toHaveCount(0);
        expect.verifySteps([[1, 1, 50, 1]]);
    });
});
