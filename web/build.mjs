// SPDX-License-Identifier: MPL-2.0
//
// Bundles the pages and turns them into one C file that the broker links: every asset with
// its hashed name, type, ETag and pre-compressed forms, every page with its asset names
// filled in. The same sources give the same bytes; nothing is fetched and nothing outside
// --out is written. Runs on Node 18.
//
//   node build.mjs --out DIR [--depfile FILE] [--dev]
//
// --dev leaves the scripts readable and adds source maps; such a build is never installed.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const WEB = dirname(fileURLToPath(import.meta.url));
const ENTRIES = [
	{ name: "citizen", file: "src/citizen/main.ts" },
	{ name: "staff", file: "src/staff/main.tsx" },
];
/** What a page may leave for the broker to fill in when it starts. */
const LEFT_FOR_BROKER = new Set([
	"build",
	"lang",
	"notice",
	"notice_lang",
	"notice_title",
	"org_name",
	"org_phone",
	"org_phone_href",
	"other_href",
	"other_lang",
	"other_words",
	"trial_banner",
]);
const TYPES = {
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".txt": "text/plain; charset=utf-8",
	".map": "application/json",
};

function parseArguments(argv) {
	const options = { out: "", depfile: "", dev: false };
	for (let i = 0; i < argv.length; i++) {
		if (argv[i] === "--dev") options.dev = true;
		else if (argv[i] === "--out" || argv[i] === "--depfile")
			options[argv[i].slice(2)] = argv[++i] ?? "";
		else fail(`unknown argument ${argv[i]}`);
	}
	if (options.out === "")
		fail("usage: node build.mjs --out DIR [--depfile FILE] [--dev]");
	return options;
}

function fail(sentence) {
	console.error(`web/build.mjs: ${sentence}`);
	process.exit(1);
}

async function loadEsbuild() {
	if (!existsSync(join(WEB, "node_modules/esbuild")))
		fail("web/node_modules is missing; run: (cd web && npm ci --omit=dev)");
	return import("esbuild");
}

/** The words of a citizen's table are numbered without a gap, so an array holds them without
 * their numbers: a sixtieth of the page. */
const wordTables = {
	name: "word tables",
	setup({ esbuild, onLoad }) {
		onLoad({ filter: /\/src\/text\/(da|en)\.ts$/ }, async ({ path }) => {
			const { outputFiles } = await esbuild.build({
				entryPoints: [path],
				bundle: true,
				format: "esm",
				write: false,
			});
			const text = Buffer.from(outputFiles[0].contents).toString("base64");
			const module = await import(`data:text/javascript;base64,${text}`);
			const [name, table] = Object.entries(module)[0];
			if (Object.keys(table).some((key, i) => key !== String(i)))
				fail(`${relative(WEB, path)}: a word is missing`);
			return {
				contents: `export const ${name} = ${JSON.stringify(Object.values(table))};`,
			};
		});
	},
};

/** What both pages are built with. */
function esbuildOptions(build, dev) {
	return {
		absWorkingDir: WEB,
		bundle: true,
		format: "esm",
		target: ["es2020", "safari15"],
		jsx: "automatic",
		jsxImportSource: "preact",
		charset: "utf8",
		legalComments: "none",
		minify: !dev,
		sourcemap: dev ? "linked" : false,
		define: { __BUILD__: JSON.stringify(build) },
		logLevel: "warning",
		plugins: [wordTables],
	};
}

/** Runs esbuild once per entry, so that no page loads a chunk for the other's sake; the
 * manifest says which files are whose. */
async function bundle(esbuild, { build, dev, write }) {
	const outputs = [];
	const inputs = new Set();
	const manifest = {};
	for (const entry of ENTRIES) {
		const result = await esbuild
			.build({
				...esbuildOptions(build, dev),
				entryPoints: [{ in: entry.file, out: entry.name }],
				outdir: join(WEB, "a"),
				entryNames: "[name].[hash]",
				chunkNames: "[name].[hash]",
				publicPath: "/a",
				splitting: true,
				metafile: true,
				write: false,
			})
			.catch(() => process.exit(1));
		for (const input of Object.keys(result.metafile.inputs)) inputs.add(join(WEB, input));
		manifest[entry.name] = result.outputFiles.map((f) => `/a/${basename(f.path)}`);
		if (write) outputs.push(...result.outputFiles);
	}
	return { outputs, inputs: [...inputs], manifest };
}

/** The build's id: a hash over every byte that can change what a browser receives. */
async function buildId(files) {
	const hash = createHash("sha256");
	for (const file of files) {
		hash.update(`${relative(WEB, file)}\0`);
		hash.update(await readFile(file));
		hash.update("\0");
	}
	return hash.digest("hex").slice(0, 16);
}

function asset(path, contents, immutable) {
	const brotli = brotliCompressSync(contents, {
		params: {
			[constants.BROTLI_PARAM_QUALITY]: 11,
			[constants.BROTLI_PARAM_SIZE_HINT]: contents.length,
		},
	});
	const gzip = gzipSync(contents, { level: 9 });
	return {
		path,
		type: TYPES[extname(path)] ?? fail(`no content type for ${path}`),
		etag: `"${createHash("sha256").update(contents).digest("base64url").slice(0, 20)}"`,
		identity: contents,
		gzip: gzip.length < contents.length ? gzip : Buffer.alloc(0),
		br: brotli.length < contents.length ? brotli : Buffer.alloc(0),
		immutable,
	};
}

/** "citizen.js" -> "/a/citizen.5FQ2XK7B.js" for every file that esbuild wrote. */
function assetNames(assets) {
	const names = new Map();
	for (const { path } of assets) {
		const [, stem, ext] = /^\/a\/(.+)\.[A-Z0-9]{8}(\.\w+)$/.exec(path) ?? [];
		if (stem !== undefined) names.set(stem + ext, path);
	}
	return names;
}

/** Notes for us stay here: every byte of the page is fetched on a phone. */
function fillPage(file, text, names) {
	return text.replace(/<!--.*?-->\n?/gs, "").replace(/\{\{([^}]*)\}\}/g, (whole, key) => {
		if (LEFT_FOR_BROKER.has(key)) return whole;
		const path = key.startsWith("asset:") ? names.get(key.slice(6)) : undefined;
		return path ?? fail(`${relative(WEB, file)}: nothing is known for ${whole}`);
	});
}

/** A C array and the struct bytes that looks into it. */
function cArray(name, contents) {
	if (contents.length === 0) return { text: "", use: "{ NULL, 0 }" };
	const rows = [];
	for (let at = 0; at < contents.length; at += 32)
		rows.push(`\t${[...contents.subarray(at, at + 32)].join(",")},`);
	const text = `static const uint8_t ${name}[${contents.length}] = {\n${rows.join("\n")}\n};\n`;
	return { text, use: `{ ${name}, ${contents.length} }` };
}

function cFile(build, assets, pages) {
	const parts = [
		"/* Written by web/build.mjs; do not edit. */\n",
		'#include "samtale/daemon/web_assets.h"\n\n',
		`const char web_build[] = ${JSON.stringify(build)};\n\n`,
	];
	const assetRows = assets.map((a, i) => {
		const forms = ["identity", "gzip", "br"].map((form) => {
			const array = cArray(`${form}_${i}`, a[form]);
			parts.push(array.text);
			return `.${form} = ${array.use}`;
		});
		const names = `${JSON.stringify(a.path)}, ${JSON.stringify(a.type)}, ${JSON.stringify(a.etag)}`;
		return `\t{ ${names},\n\t\t${forms.join(", ")},\n\t\t.immutable = ${a.immutable} },\n`;
	});
	const pageRows = pages.map((page, i) => {
		const array = cArray(`page_${i}`, page.text);
		parts.push(array.text);
		return `\t{ ${JSON.stringify(page.name)}, ${array.use} },\n`;
	});
	parts.push(
		`\nconst struct web_asset web_assets[] = {\n${assetRows.join("")}};\n`,
		`const size_t web_assets_count = ${assets.length};\n\n`,
		`const struct web_template web_templates[] = {\n${pageRows.join("")}};\n`,
		`const size_t web_templates_count = ${pages.length};\n`,
	);
	return parts.join("");
}

async function filesIn(folder) {
	const found = await readdir(join(WEB, folder), { withFileTypes: true });
	return found
		.filter((f) => f.isFile())
		.map((f) => join(WEB, folder, f.name))
		.sort();
}

/** The same files on disk, for size checks and html-validate; the broker reads none of them. */
async function writeTree(root, assets, pages, manifest) {
	await rm(root, { recursive: true, force: true });
	await mkdir(join(root, "a"), { recursive: true });
	for (const a of assets) {
		await writeFile(join(root, a.path), a.identity);
		if (a.br.length > 0) await writeFile(join(root, `${a.path}.br`), a.br);
		if (a.gzip.length > 0) await writeFile(join(root, `${a.path}.gz`), a.gzip);
	}
	for (const page of pages) await writeFile(join(root, `${page.name}.html`), page.text);
	await writeFile(join(root, "manifest.json"), JSON.stringify(manifest, null, "\t"));
}

async function main() {
	const options = parseArguments(process.argv.slice(2));
	const out = resolve(options.out);
	const esbuild = await loadEsbuild();
	const pageFiles = (await filesIn("pages")).filter((f) => f.endsWith(".html"));
	const staticFiles = await filesIn("static");
	const own = [join(WEB, "build.mjs"), join(WEB, "package-lock.json")];

	// The id must be known before the bundle that carries it: a first pass lists the inputs.
	const { inputs } = await bundle(esbuild, { build: "", dev: options.dev, write: false });
	const sources = [...own, ...pageFiles, ...staticFiles, ...inputs].sort();
	const build = await buildId(sources);
	const { outputs, manifest } = await bundle(esbuild, {
		build,
		dev: options.dev,
		write: true,
	});

	const assets = outputs.map((f) =>
		asset(`/a/${basename(f.path)}`, Buffer.from(f.contents), true),
	);
	for (const file of staticFiles)
		assets.push(asset(`/${basename(file)}`, await readFile(file), false));
	assets.sort((a, b) => (a.path < b.path ? -1 : 1));
	const names = assetNames(assets);
	const pages = [];
	for (const file of pageFiles) {
		const text = fillPage(file, await readFile(file, "utf8"), names);
		pages.push({ name: basename(file, ".html"), text: Buffer.from(text) });
	}

	await mkdir(out, { recursive: true });
	await writeTree(join(out, "site"), assets, pages, manifest);
	await writeFile(join(out, "web_assets.c"), cFile(build, assets, pages));
	if (options.depfile !== "") {
		const folders = [join(WEB, "pages"), join(WEB, "static")];
		const needs = [...sources, ...folders]
			.map((f) => f.replaceAll(" ", "\\ "))
			.join(" \\\n ");
		// Ninja wants the target spelt as in its own rule: relative to the build folder.
		const target = join(options.out, "web_assets.c");
		await writeFile(options.depfile, `${target}: ${needs}\n`);
	}
}

await main();
