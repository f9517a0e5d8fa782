//! Which configuration counts, and the commands that show and write one.
//!
//! Knows files and their names. Does not know the keys: that is `config`.
//! Invariant: the nearest configuration at or above the given paths counts, one alone: nothing is merged.

use super::arguments::{Analysis, ConfigCommand};
use super::config::{self, Config};
use super::formats::shown_path;
use super::output;
use crate::source::discovery::{self, Project, in_words};
use anstream::ColorChoice;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A configuration and the file that it stands in.
#[derive(Default)]
pub(super) struct Found {
    pub(super) config: Config,
    pub(super) file: Option<PathBuf>,
}

/// The configuration of a project, or the one that the options name.
pub(super) fn of(project: &Project, analysis: &Analysis) -> Result<Found, String> {
    match &analysis.config {
        Some(file) => read(file, &file.display().to_string()),
        None if analysis.isolated => Ok(Found::default()),
        None => of_project(&project.root),
    }
}

pub(super) fn of_project(root: &Path) -> Result<Found, String> {
    match discovery::configuration_of(root) {
        Some(name) => read(&root.join(name), &shown_path(root, name)),
        None => Ok(Found::default()),
    }
}

fn read(file: &Path, shown: &str) -> Result<Found, String> {
    let text = std::fs::read(file).map_err(|error| format!("cannot read `{shown}`: {}", in_words(&error)))?;
    let text = String::from_utf8(text).map_err(|_| format!("cannot read `{shown}`: it is not UTF-8 text"))?;
    let is_shared = file.file_name().is_some_and(|name| name == discovery::PYPROJECT);
    let section: &[&str] = if is_shared { &["tool", "rearguard"] } else { &[] };
    let config = config::parse(&text, section).map_err(|errors| {
        let lines: Vec<String> =
            errors.iter().map(|error| format!("{shown}:{}: {}", error.line, error.problem)).collect();
        lines.join("\n")
    })?;
    Ok(Found { config, file: Some(file.to_path_buf()) })
}

pub(super) fn run(command: &ConfigCommand, color: ColorChoice) -> Result<(), String> {
    let text = match command {
        ConfigCommand::Schema => config::schema(),
        ConfigCommand::Show { path } => {
            let project = discovery::project_of(std::slice::from_ref(path)).map_err(|error| error.to_string())?;
            let Found { config, file } = of_project(&project.root)?;
            let place = file.map_or_else(|| "no configuration".to_owned(), |file| file.display().to_string());
            format!("# {place}\n{}", config::render(&config))
        }
    };
    output::to_stdout(&text, color)
}

/// Writes a configuration into the working directory, unless there is one.
pub(super) fn init() -> Result<(), String> {
    let [name, _] = discovery::CONFIGURATION;
    if let Some(there) = discovery::configuration_of(Path::new(".")) {
        return Err(format!("`{there}` is a configuration already"));
    }
    let file = OpenOptions::new().write(true).create_new(true).open(name);
    let written: io::Result<()> = file.and_then(|mut file| file.write_all(config::TEMPLATE.as_bytes()));
    written.map_err(|error| format!("cannot write `{name}`: {}", in_words(&error)))?;
    output::say(&format!("wrote {name}"));
    Ok(())
}
