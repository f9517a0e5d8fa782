#!/usr/bin/env node
// Starts the program of the package for this platform, which npm installed beside this one.
"use strict";
const { spawnSync } = require("node:child_process");

const platform = `@rearguard/${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "rearguard.exe" : "rearguard";
let program;
try {
  program = require.resolve(`${platform}/${file}`);
} catch {
  console.error(
    `error: the package ${platform} is not installed: npm leaves out optional packages with --omit=optional, and when ` +
      "package-lock.json was made on another platform. Remove node_modules and package-lock.json and install again."
  );
  process.exit(2);
}
const { status, signal, error } = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (error) {
  console.error(`error: cannot start ${program}: ${error.message}`);
  process.exit(2);
}
if (signal) process.kill(process.pid, signal);
process.exit(status ?? 2);
