/**
 * What both entries of this package have in common: `pulumi-dgraphcloud` and `pulumi-dgraphcloud/plugin`. The build makes one file of it, so
 * that they share one copy. `index.ts` says which of it programs see.
 */
export * from "./backend";
export * from "./backup";
export * from "./dataDrop";
export * from "./environment";
export * from "./functions";
export * from "./graphqlSchema";
export * from "./host";
export * from "./provider";
export * from "./restore";
