// Makes what is served: `node build.mjs [folder]`, by default into chalicelib/agent_screen/static. The same sources and
// lock make the same bytes; a test holds what is committed to that.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const into = process.argv[2] ?? join(here, "../chalicelib/agent_screen/static");
const streams = "node_modules/amazon-connect-streams";

await mkdir(into, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: ["src/agent.js", "src/ccp.js", "src/signed-in.js"],
  outdir: into,
  bundle: true,
  format: "iife",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none", // licences.txt has them
});
await copyFile(join(here, "pages/style.css"), join(into, "style.css"));
await copyFile(join(here, streams, "release/connect-streams-min.js"), join(into, "connect-streams.js"));
await writeFile(join(into, "licences.txt"), await licences());
for (const page of ["page.html", "signed-in.html", "ccp.html"]) {
  await writeFile(join(into, page), await withHashes(await readFile(join(here, "pages", page), "utf8")));
}

// A file's address changes with its content, so that browsers may keep it for ever.
/** @param {string} html */
async function withHashes(html) {
  let made = html;
  for (const [address, name] of html.matchAll(/"[a-z/]*static\/([a-z.-]+)"/g)) {
    const content = await readFile(join(into, name ?? ""));
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
    made = made.replace(address, `${address.slice(0, -1)}?v=${hash}"`);
  }
  return made;
}

async function licences() {
  const parts = await Promise.all(
    [
      ["agent.js", "@amazon-connect/app"],
      ["agent.js", "@amazon-connect/contact"],
      ["agent.js", "@amazon-connect/core"],
      ["connect-streams.js", "amazon-connect-streams"],
    ].map(async ([file, name]) => {
      const { version, license } = JSON.parse(await readFile(join(here, "node_modules", name ?? "", "package.json"), "utf8"));
      return `${file}: ${name} ${version}, Copyright Amazon.com, Inc. or its affiliates, ${license}\n`;
    }),
  );
  const text = await readFile(join(here, streams, "LICENSE.txt"), "utf8");
  return `Written by others, in the files of this folder:\n\n${parts.join("")}\n${text}`;
}
