//! The `rearguard` program: arguments, run, exit code.

use std::process::ExitCode;

/// The system's allocator makes threads wait for one another and asks the kernel for memory in small steps.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rearguard::cli::run(std::env::args_os())
}
