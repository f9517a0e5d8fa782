//! The contents of git's objects, in the order in which they are asked for.
//!
//! Knows `git cat-file --batch`: `<object> blob <size>`, the bytes, a line break; `<object> missing` where a partial clone
//! has left a content behind. Does not know what the contents are.
//! Invariant: whatever fails on the way, git is stopped and nobody waits for it.

use super::revision;
use crate::source::discovery::in_words;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};

/// What git has for a name.
pub(super) enum Content {
    Whole(Vec<u8>),
    /// More bytes than wanted.
    TooLarge,
    /// Not in this clone.
    Missing,
}

/// Hands over the content of each object with its number; of each at most as many bytes as `most` says.
pub(super) fn read<'o>(
    repository: &Path,
    objects: impl Iterator<Item = &'o str> + Clone + Send,
    most: impl Fn(usize) -> u64,
    mut take: impl FnMut(usize, Content) -> Result<(), String>,
) -> Result<(), String> {
    let mut child = piped(revision::command(repository).args(["cat-file", "--batch"]).stdin(Stdio::piped()))?;
    let mut questions = child.stdin.take().expect("it is piped");
    let mut answers = BufReader::new(child.stdout.take().expect("it is piped"));
    let asked = objects.clone();
    std::thread::scope(|scope| {
        // Asked from a thread of its own: git stops reading while nobody takes its answers.
        scope.spawn(move || {
            for object in asked {
                if writeln!(questions, "{object}").is_err() {
                    break;
                }
            }
        });
        let done = objects.enumerate().try_for_each(|(number, _)| take(number, answer(&mut answers, most(number))?));
        // It ends by itself once nobody asks; after an error it still waits for somebody to take its answers.
        let _ = child.kill();
        let _ = child.wait();
        done
    })
}

fn answer(answers: &mut BufReader<ChildStdout>, most: u64) -> Result<Content, String> {
    let mut head = String::new();
    answers.read_line(&mut head).map_err(|error| failed(&error))?;
    let head = head.trim_end();
    if head.ends_with(" missing") {
        return Ok(Content::Missing);
    }
    let size = head.rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
    let Some(size) = size else { return Err(format!("cannot read git's objects: git said `{head}`")) };
    let mut bytes = Vec::new();
    let mut part = answers.take(size + 1);
    if size > most {
        io::copy(&mut part, &mut io::sink()).map_err(|error| failed(&error))?;
        return Ok(Content::TooLarge);
    }
    part.read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if bytes.pop().is_none() {
        return Err("cannot read git's objects: git ended too early".to_owned());
    }
    Ok(Content::Whole(bytes))
}

pub(super) fn failed(error: &io::Error) -> String {
    format!("cannot read git's objects: {}", in_words(error))
}

pub(super) fn piped(command: &mut Command) -> Result<std::process::Child, String> {
    let started = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    started.map_err(|error| format!("cannot run git: {}", in_words(&error)))
}
