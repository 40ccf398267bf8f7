// SPDX-License-Identifier: MPL-2.0
//
// Turns tests/web/*.test.ts and .test.tsx into modules that node --test can run.
//
//   node tests/web/bundle.mjs OUT

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "../../web/node_modules/esbuild/lib/main.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = process.argv[2];
rmSync(out, { recursive: true, force: true });
await build({
	entryPoints: readdirSync(here)
		.filter((file) => /\.test\.tsx?$/.test(file))
		.map((file) => join(here, file)),
	outdir: out,
	outExtension: { ".js": ".mjs" },
	bundle: true,
	platform: "node",
	format: "esm",
	target: "node20",
	jsx: "automatic",
	jsxImportSource: "preact",
	nodePaths: [join(here, "../../web/node_modules")],
	// Tests read fixtures beside their source, wherever the bundle lies.
	define: { __BUILD__: '"test"', __TESTS__: JSON.stringify(join(here, "..")) },
	loader: { ".css": "empty" },
	sourcemap: "inline",
	logLevel: "warning",
});
