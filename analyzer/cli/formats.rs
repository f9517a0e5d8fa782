//! Which format is rendered how, and where it goes.
//!
//! Knows the formats and what each wants to know about the surroundings: the reader's place, the repository, the time.
//! Does not know how a report came about.

use super::arguments::{Format, Output};
use super::{output, shown};
use crate::findings::report::Report;
use crate::report::{concise, github, gitlab, html, json, markdown, rdjson, sarif, text, xml};
use anstream::ColorChoice;
use std::path::Path;
use std::time::SystemTime;

/// Writes one report to where it is wanted.
pub(super) fn write(report: &Report, output: &Output, root: &Path, color: ColorChoice) -> Result<(), String> {
    let is_terminal = output.file.is_none();
    let base = folder_in_repository(root);
    let text = match output.format {
        Format::Json => json::render(report),
        Format::Jsonl => json::render_lines(report),
        Format::Concise => concise::render(report, &|path| shown_path(root, path)),
        Format::Sarif => sarif::render(report, &base),
        Format::Github => github::render(report, &base),
        Format::Gitlab => gitlab::code_quality(report, &base),
        Format::GitlabSast => gitlab::sast(report, &base, &now()),
        Format::Junit => xml::junit(report, &base),
        Format::Checkstyle => xml::checkstyle(report, &base),
        Format::Rdjson => rdjson::render(report, &base),
        Format::Markdown => markdown::render(report, &base),
        Format::Html => html::render(report, &base),
        Format::Text => text::render(
            report,
            &text::Style {
                color: is_terminal && output::has_color(color),
                width: output::width(),
                path: &|path| shown_path(root, path),
            },
        ),
    };
    match &output.file {
        Some(file) => output::to_file(file, &text),
        None => output::to_stdout(&text, color),
    }
}

/// The time in UTC as GitLab wants it; its SAST schema does without a time zone, and not without a time.
fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string().trim_end_matches('Z').to_owned()
}

/// The project's folder as its repository names it; empty when the project is the repository, or lies in none.
pub(super) fn folder_in_repository(root: &Path) -> String {
    let repository = root.ancestors().find(|folder| folder.join(".git").exists());
    repository.and_then(|repository| shown::relative(repository, root)).unwrap_or_default()
}

/// A path of the project as seen from the working directory.
pub(super) fn shown_path(root: &Path, path: &str) -> String {
    let whole = root.join(path);
    let current = std::env::current_dir().and_then(|current| current.canonicalize());
    match current.ok().and_then(|current| shown::relative(&current, &whole)) {
        Some(shown) => shown,
        None => whole.to_string_lossy().into_owned(),
    }
}
