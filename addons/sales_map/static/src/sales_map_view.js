import { registry } from "@web/core/registry";
import { SalesMapArchParser } from "./sales_map_arch_parser";
import { SalesMapController } from "./sales_map_controller";
import { SalesMapModel } from "./sales_map_model";
import { SalesMapRenderer } from "./sales_map_renderer";

export const salesMapView = {
    type: "sales_map",
    ArchParser: SalesMapArchParser,
    Controller: SalesMapController,
    Model: SalesMapModel,
    Renderer: SalesMapRenderer,
    searchMenuTypes: ["filter", "favorite"],

    props: (genericProps, view) => {
        const { arch, relatedModels, resModel } = genericProps;
        return {
            ...genericProps,
            archInfo: new view.ArchParser().parse(arch, relatedModels, resModel),
            Model: view.Model,
            Renderer: view.Renderer,
        };
    },
};

registry.category("views").add("sales_map", salesMapView);
