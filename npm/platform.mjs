// Makes the npm package of one platform from its program: node platform.mjs linux-x64 target/release/rearguard FOLDER
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const [platform, program, folder] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node platform.mjs PLATFORM PROGRAM FOLDER");
  process.exit(2);
}
const launcher = JSON.parse(readFileSync(fileURLToPath(new URL("rearguard/package.json", import.meta.url)), "utf8"));
const name = `@rearguard/${platform}`;
if (!(name in launcher.optionalDependencies)) {
  console.error(`${platform} is no platform of the launcher`);
  process.exit(2);
}
const [os, cpu] = platform.split("-");
const file = os === "win32" ? "rearguard.exe" : "rearguard";
mkdirSync(folder, { recursive: true });
copyFileSync(program, join(folder, file));
chmodSync(join(folder, file), 0o755);
const described = {
  name,
  version: launcher.version,
  description: `The program of rearguard for ${platform}`,
  license: launcher.license,
  os: [os],
  cpu: [cpu],
  files: [file],
  preferUnplugged: true,
};
writeFileSync(join(folder, "package.json"), `${JSON.stringify(described, null, 2)}\n`);
