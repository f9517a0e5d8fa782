//! Completions and manual pages, both made from the definition of the command line.
//!
//! Knows clap. Does not know what any option does.

use super::arguments::Arguments;
use super::output;
use crate::source::discovery::in_words;
use anstream::ColorChoice;
use clap::CommandFactory;
use std::path::Path;

pub(super) fn completions(shell: clap_complete::Shell) -> Result<(), String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "rearguard", &mut script);
    output::to_stdout(&String::from_utf8_lossy(&script), ColorChoice::Never)
}

/// The main page on standard output, or one page per command in a folder.
pub(super) fn pages(folder: Option<&Path>) -> Result<(), String> {
    let command = Arguments::command();
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).expect("memory takes everything that is written to it");
        return output::to_stdout(&String::from_utf8_lossy(&page), ColorChoice::Never);
    };
    let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
    written.map_err(|error| format!("cannot write to `{}`: {}", folder.display(), in_words(&error)))
}
