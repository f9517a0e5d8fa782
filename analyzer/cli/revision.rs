//! `--since REV` and `--staged`: what was found before, from git's objects.
//!
//! The earlier state is laid out in a temporary folder, where files that nobody reads are empty, and analysed there like
//! any other project. So the same files are found on both sides, and code that has moved is recognised.
//!
//! Knows git's plumbing, whose output no user setting changes: no diff is made, no filter and no hook runs. Does not know
//! how findings are matched.
//! Invariant: the repository, its index and its working tree are only read.

use super::objects::{self, Content};
use crate::source::discovery::{self, in_words};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A state of the repository, laid out as a folder.
pub(super) struct State {
    /// Removed when this goes.
    _folder: TempDir,
    /// The project's folder in it.
    pub(super) project: PathBuf,
}

/// One file of a tree or of the index.
struct Entry {
    object: String,
    path: String,
}

/// The state in which the current branch left `revision`.
pub(super) fn since(project: &Path, revision: &str) -> Result<State, String> {
    let repository = repository(project)?;
    let Some(commit) = commit(repository, revision)? else {
        return Err(format!("`{revision}` is no revision of this repository{}", remedy(repository)));
    };
    let base = git(repository, &["merge-base", &commit, "HEAD"])?;
    match base {
        Some(base) => tree(repository, project, base.trim()),
        None => Err(format!("`{revision}` and HEAD have no commit in common{}", remedy(repository))),
    }
}

/// The state of the last commit; empty before the first one.
pub(super) fn head(project: &Path) -> Result<State, String> {
    let repository = repository(project)?;
    match commit(repository, "HEAD")? {
        Some(commit) => tree(repository, project, &commit),
        None => lay_out(repository, project, &[]),
    }
}

/// What the next commit would hold.
pub(super) fn index(project: &Path) -> Result<State, String> {
    let repository = repository(project)?;
    let listed = git(repository, &["ls-files", "--stage", "-z"])?.ok_or("cannot list the index of git")?;
    // `100644 <object> <stage>\t<path>`; other stages than 0 are unsolved conflicts.
    let entry = |line: &str| {
        let (facts, path) = line.split_once('\t')?;
        let facts: Vec<&str> = facts.split(' ').collect();
        (facts[0].starts_with("100") && facts[2] == "0")
            .then(|| Entry { object: facts[1].to_owned(), path: path.to_owned() })
    };
    let entries: Vec<Entry> = listed.split('\0').filter_map(entry).collect();
    lay_out(repository, project, &entries)
}

pub(super) fn repository(project: &Path) -> Result<&Path, String> {
    let found = project.ancestors().find(|folder| folder.join(".git").exists() || is_bare(folder));
    found.ok_or_else(|| format!("`{}` lies in no git repository", project.display()))
}

/// Whether a folder is a repository without a working tree.
fn is_bare(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

fn commit(repository: &Path, revision: &str) -> Result<Option<String>, String> {
    let wanted = format!("{revision}^{{commit}}");
    let found = git(repository, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
    Ok(found.map(|text| text.trim().to_owned()))
}

/// Whether anything is committed yet.
pub(super) fn has_commits(repository: &Path) -> Result<bool, String> {
    Ok(commit(repository, "HEAD")?.is_some())
}

/// What to do where the history is cut off; nothing where it is whole.
pub(super) fn remedy(repository: &Path) -> &'static str {
    let shallow = git(repository, &["rev-parse", "--is-shallow-repository"]);
    if matches!(shallow, Ok(Some(text)) if text.trim() == "true") {
        ": the clone is shallow, fetch the history with `git fetch --unshallow` (`fetch-depth: 0` in actions/checkout)"
    } else {
        ""
    }
}

fn tree(repository: &Path, project: &Path, commit: &str) -> Result<State, String> {
    let listed = git(repository, &["ls-tree", "-r", "-z", "--full-tree", commit])?
        .ok_or_else(|| format!("cannot list the files of {commit}"))?;
    // `100644 blob <object>\t<path>`; links and submodules are no files.
    let entry = |line: &str| {
        let (facts, path) = line.split_once('\t')?;
        let facts: Vec<&str> = facts.split(' ').collect();
        facts[0].starts_with("100").then(|| Entry { object: facts[2].to_owned(), path: path.to_owned() })
    };
    let entries: Vec<Entry> = listed.split('\0').filter_map(entry).collect();
    lay_out(repository, project, &entries)
}

/// Writes the files into a folder of their own.
fn lay_out(repository: &Path, project: &Path, entries: &[Entry]) -> Result<State, String> {
    let folder =
        tempfile::tempdir().map_err(|error| format!("cannot make a temporary folder: {}", in_words(&error)))?;
    let wrong = |error: std::io::Error| unwritable(&error);
    let root = folder.path().canonicalize().map_err(wrong)?;
    fs::create_dir(root.join(".git")).map_err(wrong)?;
    let inside = project.strip_prefix(repository).expect("the repository is an ancestor of the project");
    fs::create_dir_all(root.join(inside)).map_err(wrong)?;
    let mut wanted = Vec::new();
    for entry in entries {
        let path = Path::new(&entry.path);
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            continue;
        }
        let target = root.join(path);
        fs::create_dir_all(target.parent().expect("it lies below the root")).map_err(wrong)?;
        if path.file_name().is_some_and(discovery::is_read) {
            wanted.push((entry.object.as_str(), target));
        } else {
            // That it is there may say what the folder is.
            fs::write(target, "").map_err(wrong)?;
        }
    }
    contents(repository, &wanted)?;
    Ok(State { project: root.join(inside), _folder: folder })
}

/// Writes the contents of objects into files.
fn contents(repository: &Path, wanted: &[(&str, PathBuf)]) -> Result<(), String> {
    let names = wanted.iter().map(|(object, _)| *object);
    objects::read(
        repository,
        names,
        |_| u64::MAX,
        |number, content| match content {
            Content::Whole(bytes) => fs::write(&wanted[number].1, bytes).map_err(|error| unwritable(&error)),
            Content::TooLarge | Content::Missing => Err(format!(
                "git's object {} is missing: the clone is partial, fetch it without a filter",
                wanted[number].0
            )),
        },
    )
}

fn unwritable(error: &std::io::Error) -> String {
    format!("cannot write to a temporary folder: {}", in_words(error))
}

/// The output of a git command; `None` where it failed.
fn git(repository: &Path, arguments: &[&str]) -> Result<Option<String>, String> {
    let output = command(repository)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run git: {}", in_words(&error)))?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// Git in this repository, whatever the environment of a hook says of another one.
pub(super) fn command(repository: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(repository).args(["-c", "core.quotePath=false", "-c", "core.fsmonitor=false"]);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_EXTERNAL_DIFF"]
    {
        command.env_remove(name);
    }
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("LC_ALL", "C");
    command
}
