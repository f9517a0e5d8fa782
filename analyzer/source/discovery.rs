//! Which folder is the project, which of its files are read, and reading them.
//!
//! ```text
//! project_of(paths)   the root, and which part of it is to be reported
//! files_of(project)   every file below the root that is read, sorted by path
//! discover(paths)     both
//! read(root, path)    one file's bytes, or why not
//! ```
//!
//! The only module that asks the file system about projects. Does not know what is done with a file.
//! Invariant: what is found depends on the tree and the options alone: `.gitignore` files of the repository are
//! honoured, the user's global ones and `.git/info/exclude` are not.
//! Invariant: symbolic links are not followed, except where a given path is one.
//! Invariant: all of the project is found, whatever paths are given; they choose what is reported.

use super::Language;
use super::text::TextFormat;
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

/// Names of the project's own configuration, the first that exists counts.
pub const CONFIGURATION: [&str; 2] = ["rearguard.toml", ".rearguard.toml"];

/// May hold a configuration in its table `tool.rearguard`.
pub const PYPROJECT: &str = "pyproject.toml";

/// Code above this size, in bytes, is generated or data: the largest source file of the six measured repositories has
/// 0.9 MB and is generated.
pub const MAX_BYTES: u64 = 2 << 20;

#[derive(Clone, Debug, Default)]
pub struct DiscoveryOptions {
    /// Globs of paths that are not read, relative to the project root.
    pub exclude: Vec<String>,
    /// Threads of the walk; 0: as many as the machine has.
    pub threads: usize,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Project {
    /// Absolute, without `..` and symbolic links.
    pub root: PathBuf,
    /// Given paths relative to the root, with `/` separators; empty when the root itself was given.
    pub scope: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Discovered {
    pub project: Project,
    /// Sorted by path.
    pub files: Vec<FoundFile>,
    /// Folders and files that could not be looked at, with the reason, sorted by path.
    pub unreadable: Vec<(String, String)>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FoundFile {
    /// Relative to the project root, `/` separators.
    pub path: String,
    pub kind: FileKind,
    /// Size in bytes.
    pub bytes: u64,
    /// Whether the file lies below a given path.
    pub is_reported: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FileKind {
    Code(Language),
    /// A template of Django or Jinja, which a Python program of the project may render.
    Template,
    Project(ProjectFile),
    /// Configuration, scripts of the shell, keys: read as text.
    Text(TextFormat),
}

/// Files that say something about the code around them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ProjectFile {
    /// `tsconfig*.json`, `jsconfig.json`.
    TsConfig,
    PackageJson,
    GoMod,
    PyProject,
    /// `requirements*.txt`, also below `requirements/`.
    Requirements,
    /// `*.prisma`.
    Prisma,
    /// `sqlc.yaml`, `sqlc.yml`, `sqlc.json`.
    Sqlc,
    /// `.env`, `.env.production`.
    Environment,
}

#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// A given path cannot be read.
    #[error("cannot read `{}`: {}", path.display(), in_words(error))]
    Path {
        path: PathBuf,
        #[source]
        error: io::Error,
    },
    #[error("`{glob}` is not a glob: {reason}")]
    Glob { glob: String, reason: String },
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadProblem {
    #[error("cannot be read: {}", in_words(.0))]
    Unreadable(#[from] io::Error),
    #[error("is not read: larger than {} KiB", .limit >> 10)]
    TooLarge { limit: u64 },
    #[error("is not read: not text")]
    Binary,
}

/// An error of the operating system in words, without its number.
pub fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        kind => kind.to_string(),
    }
}

/// Finds the project that the paths belong to and all of its files.
pub fn discover(paths: &[PathBuf], options: &DiscoveryOptions) -> Result<Discovered, DiscoveryError> {
    files_of(project_of(paths)?, options)
}

/// The nearest folder at or above the given paths that holds a configuration or `.git`; where there is none, the given
/// folder, or the common parent of several.
pub fn project_of(paths: &[PathBuf]) -> Result<Project, DiscoveryError> {
    let mut given = Vec::with_capacity(paths.len());
    for path in paths {
        given.push(readable(path).map_err(|error| DiscoveryError::Path { path: path.clone(), error })?);
    }
    let folders = given.iter().map(|path| if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(path) });
    let start = folders.map(Path::to_path_buf).reduce(|a, b| common_parent(&a, &b)).unwrap_or_default();
    let is_marked = |folder: &&Path| configuration_of(folder).is_some() || folder.join(".git").exists();
    let root = start.ancestors().find(is_marked).unwrap_or(&start).to_path_buf();
    let is_all = given.contains(&root);
    let scope = if is_all { Vec::new() } else { given.iter().filter_map(|path| below(&root, path)).collect() };
    Ok(Project { root, scope })
}

/// The name of the file in a folder that holds its configuration, if any.
pub fn configuration_of(folder: &Path) -> Option<&'static str> {
    let own = CONFIGURATION.into_iter().find(|name| folder.join(name).is_file());
    own.or_else(|| {
        let text = std::fs::read_to_string(folder.join(PYPROJECT)).ok()?;
        let heads = ["[tool.rearguard]", "[tool.rearguard.", "[[tool.rearguard."];
        let is_head = |line: &str| heads.iter().any(|head| line.trim_start().starts_with(head));
        text.lines().any(is_head).then_some(PYPROJECT)
    })
}

/// Whether the content of a file of this name counts, for the analysis or for what is found.
pub fn is_read(name: &OsStr) -> bool {
    kind_of(name).is_some() || name == ".gitignore" || name == PYPROJECT
}

/// The path as it really is, once it is known that it can be opened.
fn readable(path: &Path) -> io::Result<PathBuf> {
    let path = path.canonicalize()?;
    if path.is_dir() {
        path.read_dir()?;
    } else {
        std::fs::File::open(&path)?;
    }
    Ok(path)
}

/// The longest path that both begin with.
pub fn common_parent(a: &Path, b: &Path) -> PathBuf {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
}

/// A path below the root with `/` separators; `None` for other places and for names that are not text.
fn below(root: &Path, path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.strip_prefix(root).ok()?.components() {
        match part {
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::ParentDir => return None,
        }
    }
    Some(parts.join("/"))
}

/// All files of the project that are read. A file that was given by name is among them even if `.gitignore` lists it,
/// and so is what lies in a folder that was given.
pub fn files_of(project: Project, options: &DiscoveryOptions) -> Result<Discovered, DiscoveryError> {
    let excluded = globs(&options.exclude)?;
    let walk = Walk { project: &project, excluded: &excluded, threads: options.threads };
    let mut found = walk.below(&project.root);
    for scope in &project.scope {
        if found.files.iter().any(|file| is_at_or_below(&file.path, scope)) {
            continue;
        }
        let path = project.root.join(scope);
        let more = if path.is_dir() { walk.below(&path) } else { named(&path, scope) };
        found.files.extend(more.files);
        found.unreadable.extend(more.unreadable);
    }
    found.files.sort();
    found.files.dedup();
    // Without a program that could render it, a page is no code.
    if !found.files.iter().any(|file| file.kind == FileKind::Code(Language::Python)) {
        found.files.retain(|file| file.kind != FileKind::Template);
    }
    found.unreadable.sort();
    found.unreadable.dedup();
    Ok(Discovered { files: found.files, unreadable: found.unreadable, project })
}

/// Which paths of an earlier state are read. Names of folders decide: what lay beside them then is not looked at.
pub struct Remembered {
    excluded: globset::GlobSet,
}

impl Remembered {
    pub fn new(exclude: &[String]) -> Result<Remembered, DiscoveryError> {
        Ok(Remembered { excluded: globs(exclude)? })
    }

    /// What the file at a path below the project's root was, if it was read.
    pub fn kind_of(&self, path: &str) -> Option<FileKind> {
        let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
        let is_left_out = |(depth, folder): (usize, &str)| {
            matches!(folder, "node_modules" | "bower_components" | "jspm_packages" | "site-packages" | "venv")
                || (matches!(folder, "vendor" | "third_party") && depth == 0)
                || (folder.starts_with('.') && !HIDDEN_CONFIGURATION.contains(&folder))
        };
        let kind = kind_at(path)?;
        let is_excluded = || Path::new(path).ancestors().any(|part| self.excluded.is_match(part));
        (!folders.split('/').filter(|folder| !folder.is_empty()).enumerate().any(is_left_out) && !is_excluded())
            .then_some(kind)
    }
}

fn globs(texts: &[String]) -> Result<globset::GlobSet, DiscoveryError> {
    let mut set = globset::GlobSetBuilder::new();
    let wrong = |glob: &str, error: &globset::Error| DiscoveryError::Glob {
        glob: glob.to_owned(),
        reason: error.kind().to_string(),
    };
    for text in texts {
        // `legacy`, `legacy/` and `legacy/**` mean the same.
        set.add(globset::Glob::new(text.trim_end_matches('/')).map_err(|error| wrong(text, &error))?);
    }
    set.build().map_err(|error| wrong(&texts.join(", "), &error))
}

/// Whether a path is another one or lies below it.
pub fn is_at_or_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Hidden folders whose configuration people commit: of pipelines, containers and command lines.
const HIDDEN_CONFIGURATION: [&str; 10] =
    [".github", ".gitlab", ".circleci", ".buildkite", ".devcontainer", ".docker", ".kube", ".aws", ".ssh", ".vscode"];

#[derive(Default)]
struct Found {
    files: Vec<FoundFile>,
    unreadable: Vec<(String, String)>,
}

struct Walk<'a> {
    project: &'a Project,
    excluded: &'a globset::GlobSet,
    threads: usize,
}

impl Walk<'_> {
    fn below(&self, start: &Path) -> Found {
        // Outside of a repository no `.gitignore` above the root may count: it would be the machine's, not the tree's.
        let is_repository = start.ancestors().any(|folder| folder.join(".git").exists());
        let root = self.project.root.clone();
        let excluded = self.excluded.clone();
        let mut builder = WalkBuilder::new(start);
        builder
            .hidden(false)
            .ignore(false)
            .git_global(false)
            .git_exclude(false)
            .git_ignore(true)
            .require_git(is_repository)
            .parents(is_repository)
            .threads(self.threads)
            .filter_entry(move |entry| is_walked(entry, &root, &excluded));
        let found = Mutex::new(Found::default());
        builder.build_parallel().run(|| {
            Box::new(|entry| {
                let mut found = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                match entry {
                    Ok(entry) => self.add(&entry, &mut found),
                    Err(error) => found.unreadable.push(self.described(&error)),
                }
                WalkState::Continue
            })
        });
        found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn add(&self, entry: &DirEntry, found: &mut Found) {
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            return;
        }
        let of_name = kind_of(entry.file_name());
        let of_place = || template(&below(&self.project.root, entry.path())?);
        let Some(kind) = of_name.or_else(of_place) else { return };
        // Hidden folders are walked for their configuration alone.
        let is_hidden = |path: &Path| {
            let parts = path.strip_prefix(&self.project.root).unwrap_or(path).parent().into_iter().flat_map(Path::iter);
            parts.filter_map(OsStr::to_str).any(|part| HIDDEN_CONFIGURATION.contains(&part))
        };
        if !matches!(kind, FileKind::Text(_)) && is_hidden(entry.path()) {
            return;
        }
        let Some(path) = below(&self.project.root, entry.path()) else {
            let shown = entry.path().to_string_lossy().into_owned();
            return found.unreadable.push((shown, "its name is not UTF-8".to_owned()));
        };
        match entry.metadata() {
            Ok(metadata) => {
                let is_reported = self.is_in_scope(&path);
                found.files.push(FoundFile { path, kind, bytes: metadata.len(), is_reported });
            }
            Err(error) => found.unreadable.push(self.described(&error)),
        }
    }

    fn is_in_scope(&self, path: &str) -> bool {
        self.project.scope.is_empty() || self.project.scope.iter().any(|scope| is_at_or_below(path, scope))
    }

    fn described(&self, error: &ignore::Error) -> (String, String) {
        let mut path = ".".to_owned();
        let mut inner = error;
        loop {
            inner = match inner {
                ignore::Error::WithPath { path: at, err } => {
                    path = below(&self.project.root, at).unwrap_or_else(|| at.to_string_lossy().into_owned());
                    err
                }
                ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
                ignore::Error::Io(error) => return (path, format!("cannot be read: {}", in_words(error))),
                other => return (path, format!("cannot be read: {other}")),
            };
        }
    }
}

/// A file that was given by name.
fn named(path: &Path, scope: &str) -> Found {
    let mut found = Found::default();
    if let (Some(kind), Ok(metadata)) = (kind_at(scope), path.metadata()) {
        found.files.push(FoundFile { path: scope.to_owned(), kind, bytes: metadata.len(), is_reported: true });
    }
    found
}

/// Whether the walk looks at a file or into a folder.
fn is_walked(entry: &DirEntry, root: &Path, excluded: &globset::GlobSet) -> bool {
    if entry.depth() == 0 {
        return true;
    }
    let is_excluded = entry.path().strip_prefix(root).is_ok_and(|path| excluded.is_match(path));
    if is_excluded {
        return false;
    }
    let name = entry.file_name().to_str().unwrap_or_default();
    if entry.file_type().is_some_and(|kind| kind.is_dir()) {
        let is_hidden = name.starts_with('.') && !HIDDEN_CONFIGURATION.contains(&name);
        return !is_hidden && !holds_no_source(entry.path(), name, root);
    }
    !name.starts_with('.') || kind_of(entry.file_name()).is_some()
}

/// Folders of other people's code and of output. `vendor`, `third_party`, `dist`, `build` and `env` are words that
/// applications use too (settings of other people's services lie in `settings/third_party`): they count only where a
/// package manager, a bundler or a virtual environment has left its mark, or right below the root.
fn holds_no_source(path: &Path, name: &str, root: &Path) -> bool {
    let beside =
        |marks: &[&str]| path.parent().is_some_and(|parent| marks.iter().any(|mark| parent.join(mark).exists()));
    match name {
        "node_modules" | "bower_components" | "jspm_packages" | "site-packages" | "__pycache__" | "venv"
        | "virtualenv" => true,
        "third_party" => path.parent() == Some(root),
        "vendor" => {
            path.join("modules.txt").exists()
                || beside(&["go.mod", "composer.json", "Gemfile"])
                || path.parent().and_then(Path::file_name).is_some_and(is_of_static_files)
        }
        "dist" | "build" | "out" => beside(&["package.json", "setup.py", "pyproject.toml"]),
        "env" => path.join("pyvenv.cfg").exists(),
        _ => name.ends_with(".egg-info") || path.join("pyvenv.cfg").exists(),
    }
}

fn is_of_static_files(folder: &OsStr) -> bool {
    ["static", "public", "assets"].iter().any(|name| folder == *name)
}

/// What a file is by its name; `None` for files that nobody reads.
pub fn kind_of(name: &OsStr) -> Option<FileKind> {
    let name = name.to_str()?;
    code_or_project(name).or_else(|| TextFormat::of_name(name).map(FileKind::Text))
}

/// A template is known by its place: `shop/templates/shop/orders.html`, `app/jinja2/mail.txt`.
fn template(path: &str) -> Option<FileKind> {
    let extension = path.rsplit_once('.')?.1;
    let is_page = matches!(extension, "html" | "htm" | "jinja" | "jinja2" | "j2" | "txt" | "djhtml");
    (is_page && template_name(path).is_some()).then_some(FileKind::Template)
}

/// The name that a program renders a template by: its path below the innermost folder of templates.
pub fn template_name(path: &str) -> Option<&str> {
    ["templates/", "jinja2/"].into_iter().filter_map(|folder| below_folder(path, folder)).min_by_key(|name| name.len())
}

fn below_folder<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let at = path.rmatch_indices(folder).find(|&(at, _)| at == 0 || path.as_bytes()[at - 1] == b'/')?.0;
    Some(&path[at + folder.len()..]).filter(|name| !name.is_empty())
}

/// What a file is by its path below the project's root.
pub fn kind_at(path: &str) -> Option<FileKind> {
    let name = path.rsplit('/').next().unwrap_or(path);
    kind_of(OsStr::new(name)).or_else(|| template(path))
}

fn code_or_project(name: &str) -> Option<FileKind> {
    let (stem, extension) = name.rsplit_once('.')?;
    let project = match (stem, extension) {
        ("package", "json") => ProjectFile::PackageJson,
        ("go", "mod") => ProjectFile::GoMod,
        ("pyproject", "toml") => ProjectFile::PyProject,
        ("sqlc", "yaml" | "yml" | "json") => ProjectFile::Sqlc,
        ("jsconfig", "json") => ProjectFile::TsConfig,
        (_, "prisma") => ProjectFile::Prisma,
        (stem, "json") if stem.starts_with("tsconfig") => ProjectFile::TsConfig,
        (stem, "txt") if stem.starts_with("requirements") => ProjectFile::Requirements,
        _ if name == ".env" || name.starts_with(".env.") => ProjectFile::Environment,
        _ if name.starts_with('.') => return None,
        _ => return Language::of_extension(extension).map(FileKind::Code),
    };
    Some(FileKind::Project(project))
}

/// The bytes of one file of the project. Files above `max_bytes` and files that are not text are not read.
pub fn read(root: &Path, path: &str, max_bytes: u64) -> Result<Vec<u8>, ReadProblem> {
    let file = std::fs::File::open(root.join(path))?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(max_bytes)).unwrap_or_default() + 1);
    // One byte more than allowed: the file may have grown since it was found.
    file.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return Err(ReadProblem::TooLarge { limit: max_bytes });
    }
    if is_binary(&bytes) { Err(ReadProblem::Binary) } else { Ok(bytes) }
}

/// As git does: a NUL this early means that a file is no text.
pub fn is_binary(bytes: &[u8]) -> bool {
    const LOOKED_AT: usize = 8_000;
    memchr::memchr(0, &bytes[..bytes.len().min(LOOKED_AT)]).is_some()
}

/// Above so many bytes a file of this kind is not read.
pub fn most_bytes(kind: FileKind) -> u64 {
    match kind {
        FileKind::Text(_) => super::text::MAX_BYTES,
        FileKind::Code(_) | FileKind::Template | FileKind::Project(_) => MAX_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    /// A folder with these files; a path that ends in `/` is an empty folder.
    fn tree(files: &[&str]) -> (TempDir, PathBuf) {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let top = temp.path().canonicalize().expect("it exists");
        for file in files {
            write(&top, file, "x\n");
        }
        (temp, top)
    }

    fn write(top: &Path, file: &str, text: &str) {
        let path = top.join(file);
        if file.ends_with('/') {
            fs::create_dir_all(path).expect("can be made");
        } else {
            fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("can be made");
            fs::write(path, text).expect("can be written");
        }
    }

    fn paths(found: &Discovered) -> Vec<&str> {
        found.files.iter().map(|file| file.path.as_str()).collect()
    }

    fn discovered(paths: &[PathBuf]) -> Discovered {
        discover(paths, &DiscoveryOptions::default()).expect("all exist")
    }

    #[test]
    fn the_nearest_marker_is_the_root_and_paths_are_the_scope() {
        let (_temp, top) = tree(&[".git/", "shop/.rearguard.toml", "shop/app/api/b.py", "shop/app/a.py", "c.py"]);
        let found = discovered(&[top.join("shop/app/api"), top.join("shop/app/a.py")]);
        assert_eq!(found.project.root, top.join("shop"));
        assert_eq!(found.project.scope, ["app/api", "app/a.py"]);
        assert_eq!(paths(&found), ["app/a.py", "app/api/b.py"]);

        let found = discovered(&[top.clone(), top.join("shop/app")]);
        assert_eq!((found.project.root, found.project.scope), (top, Vec::new()));
    }

    #[test]
    fn without_a_marker_the_given_folder_or_the_common_parent_is_the_root() {
        let (_temp, top) = tree(&["a/b/x.py", "a/bc/y.py"]);
        assert_eq!(discovered(&[top.join("a/b")]).project.root, top.join("a/b"));
        let both = discovered(&[top.join("a/b/x.py"), top.join("a/bc")]);
        assert_eq!(both.project.root, top.join("a"));
        assert_eq!(both.project.scope, ["b/x.py", "bc"]);
    }

    #[test]
    fn templates_are_known_by_their_folder_and_read_beside_python_alone() {
        let pages =
            ["shop/templates/shop/list.html", "shop/jinja2/mail.txt", "site/index.html", "shop/templates/a.css"];
        let (_temp, top) = tree(&[&[".git/", "shop/views.py"], pages.as_slice()].concat());
        let found = discovered(std::slice::from_ref(&top));
        assert_eq!(paths(&found), ["shop/jinja2/mail.txt", "shop/templates/shop/list.html", "shop/views.py"]);
        assert_eq!(found.files[0].kind, FileKind::Template);
        assert_eq!(template_name(&found.files[1].path), Some("shop/list.html"));

        let (_temp, top) = tree(&[&[".git/", "main.go"], pages.as_slice()].concat());
        assert_eq!(paths(&discovered(&[top])), ["main.go"]);
    }

    #[test]
    fn all_is_found_and_the_given_part_is_reported() {
        let (_temp, top) = tree(&[".git/", "a/x.py", "a.py", "b/y.go", "README.md"]);
        let found = discovered(&[top.join("a")]);
        assert_eq!(paths(&found), ["a.py", "a/x.py", "b/y.go"]);
        let reported: Vec<bool> = found.files.iter().map(|file| file.is_reported).collect();
        assert_eq!(reported, [false, true, false]);
        assert_eq!(found.files[1].kind, FileKind::Code(Language::Python));
        assert_eq!(found.files[1].bytes, 2);
    }

    #[test]
    fn ignored_files_are_found_only_when_given() {
        let (_temp, top) = tree(&[".git/", "a.py", "secret.py", "gen/b.py", "sub/c.py"]);
        write(&top, ".gitignore", "secret.py\ngen/\n");
        write(&top, "sub/.gitignore", "*.py\n");
        assert_eq!(paths(&discovered(std::slice::from_ref(&top))), ["a.py"]);
        assert_eq!(paths(&discovered(&[top.join("secret.py")])), ["a.py", "secret.py"]);
        assert_eq!(paths(&discovered(&[top.join("gen")])), ["a.py", "gen/b.py"]);
    }

    #[test]
    fn a_gitignore_counts_without_a_repository_but_not_from_above() {
        let (_temp, top) = tree(&["p/a.py", "p/b.py"]);
        write(&top, ".gitignore", "*\n");
        write(&top, "p/.gitignore", "b.py\n");
        assert_eq!(paths(&discovered(&[top.join("p")])), ["a.py"]);
    }

    #[test]
    fn dependencies_and_output_are_not_walked() {
        let (_temp, top) = tree(&[
            ".git/hooks/a.py",
            ".github/a.py",
            ".hidden.py",
            "go.mod",
            "vendor/a.go",
            "web/package.json",
            "web/node_modules/a.js",
            "web/dist/a.js",
            "web/src/build/a.ts",
            "shop/vendor/models.py",
            "env36/pyvenv.cfg",
            "env36/lib/a.py",
            "app/env/a.py",
            "third_party/a.py",
            "settings/third_party/a.py",
        ]);
        assert_eq!(
            paths(&discovered(&[top])),
            [
                "app/env/a.py",
                "go.mod",
                "settings/third_party/a.py",
                "shop/vendor/models.py",
                "web/package.json",
                "web/src/build/a.ts"
            ]
        );
    }

    #[test]
    fn project_files_are_known_by_name() {
        for (name, kind) in [
            ("tsconfig.json", ProjectFile::TsConfig),
            ("tsconfig.build.json", ProjectFile::TsConfig),
            ("package.json", ProjectFile::PackageJson),
            ("go.mod", ProjectFile::GoMod),
            ("pyproject.toml", ProjectFile::PyProject),
            ("requirements-dev.txt", ProjectFile::Requirements),
            ("schema.prisma", ProjectFile::Prisma),
            ("sqlc.yaml", ProjectFile::Sqlc),
            (".env", ProjectFile::Environment),
            (".env.local", ProjectFile::Environment),
        ] {
            assert_eq!(kind_of(OsStr::new(name)), Some(FileKind::Project(kind)), "{name}");
        }
        for (name, format) in [("data.json", TextFormat::Json), ("app.yml", TextFormat::Yaml)] {
            assert_eq!(kind_of(OsStr::new(name)), Some(FileKind::Text(format)), "{name}");
        }
        for name in ["notes.txt", "Makefile", ".eslintrc.js", "a.rs"] {
            assert_eq!(kind_of(OsStr::new(name)), None, "{name}");
        }
    }

    #[test]
    fn paths_of_earlier_states_are_known_by_their_names() {
        let remembered = Remembered::new(&["legacy/**".to_owned()]).expect("a glob");
        for path in ["a.py", "app/vendor/b.go", ".github/workflows/a.yml", ".env"] {
            assert!(remembered.kind_of(path).is_some(), "{path}");
        }
        for path in ["vendor/a.go", "web/node_modules/a.js", ".cache/a.py", "legacy/old/a.py", "README.md"] {
            assert!(remembered.kind_of(path).is_none(), "{path}");
        }
    }

    #[test]
    fn excluded_paths_are_not_read() {
        let (_temp, top) = tree(&["a.py", "legacy/b.py", "old/c.py", "app/d_old.py"]);
        let exclude = ["legacy/**", "old/", "**/*_old.py"].map(str::to_owned).to_vec();
        let options = DiscoveryOptions { exclude, threads: 1 };
        let found = discover(std::slice::from_ref(&top), &options).expect("all exist");
        assert_eq!(paths(&found), ["a.py"]);
        let options = DiscoveryOptions { exclude: vec!["a[".to_owned()], threads: 1 };
        let error = discover(&[top], &options).expect_err("it is no glob");
        assert!(error.to_string().starts_with("`a[` is not a glob: "), "{error}");
    }

    #[test]
    fn a_missing_path_is_named() {
        let error = project_of(&[PathBuf::from("/nowhere/at/all")]).expect_err("it does not exist");
        assert_eq!(error.to_string(), "cannot read `/nowhere/at/all`: no such file or folder");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let (_temp, top) = tree(&["a/x.py"]);
        std::os::unix::fs::symlink(top.join("a"), top.join("b")).expect("can be linked");
        std::os::unix::fs::symlink(top.join("a/x.py"), top.join("y.py")).expect("can be linked");
        assert_eq!(paths(&discovered(&[top])), ["a/x.py"]);
    }

    #[test]
    fn large_and_binary_files_are_not_read() {
        let (_temp, top) = tree(&["a.py"]);
        write(&top, "video.ts", "G\0\0");
        write(&top, "big.js", "0123456789");
        assert_eq!(read(&top, "a.py", MAX_BYTES).expect("is text"), b"x\n");
        assert_eq!(read(&top, "big.js", 10).expect("is small enough").len(), 10);
        let reason = |path: &str| read(&top, path, 9).expect_err("is not read").to_string();
        assert_eq!(reason("video.ts"), "is not read: not text");
        assert_eq!(reason("big.js"), "is not read: larger than 0 KiB");
        assert_eq!(reason("gone.py"), "cannot be read: no such file or folder");
    }
}
