// SPDX-License-Identifier: MPL-2.0
// What build.mjs puts in place of a name, and the style sheets that it bundles.
declare const __BUILD__: string;
declare module "*.css";
