//! Writes to the terminal and to files.
//!
//! Knows standard output and error, colour, and what a closed pipe is. Does not know what is written.
//! Invariant: a reader that has gone away is no error; any other failed write is one.
//! Invariant: nothing else in the crate prints.

use crate::report::printable::printable;
use crate::source::discovery::in_words;
use anstream::{AutoStream, ColorChoice};
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// Width of lines where the terminal does not say: what most review tools and pagers show without wrapping.
const WIDTH: usize = 100;

pub(super) fn choice(color: clap::ColorChoice) -> ColorChoice {
    match color {
        clap::ColorChoice::Auto => ColorChoice::Auto,
        clap::ColorChoice::Always => ColorChoice::Always,
        clap::ColorChoice::Never => ColorChoice::Never,
    }
}

/// Writes a text to standard output; colour is taken out where it is not wanted.
pub(super) fn to_stdout(text: &str, color: ColorChoice) -> Result<(), String> {
    let mut stream = AutoStream::new(io::stdout().lock(), color);
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to standard output: {}", in_words(&error)))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

pub(super) fn to_file(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("cannot write `{}`: {}", path.display(), in_words(&error)))
}

/// One line on standard error. When that is gone too there is nobody left to tell.
pub(super) fn say(line: &str) {
    let _ = writeln!(AutoStream::auto(io::stderr().lock()), "{}", printable(line));
}

/// One line on standard error about what went wrong.
pub(super) fn complain(problem: &str) {
    say(&format!("error: {problem}"));
}

pub(super) fn warn(problem: &str) {
    say(&format!("warning: {problem}"));
}

/// Whether standard output takes escape sequences.
pub(super) fn has_color(color: ColorChoice) -> bool {
    AutoStream::new(io::stdout(), color).current_choice() != ColorChoice::Never
}

/// Characters per line of standard output.
pub(super) fn width() -> usize {
    if !io::stdout().is_terminal() {
        return WIDTH;
    }
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(60, 140))
}
