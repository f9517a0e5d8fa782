//! The `rearguard` program: arguments, run, exit code.

fn main() {}
