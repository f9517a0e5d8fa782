//! What a source file is: its path, its bytes, its language, and where a byte stands in lines.
//!
//! Knows file names, sizes and the look of generated text. Does not know syntax trees or the file system's owner:
//! reading from disk is `discovery`, everything else works on bytes that are already here.
//! Invariant: a `Span` is a pair of byte offsets into the original bytes of one file, never beyond its end.
//! Invariant: lines are 1-based, columns are 1-based and count bytes unless a name says otherwise.

pub mod classify;
pub mod discovery;
pub mod text;

/// Half-open range of byte offsets into one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// With what stands before it on its line, but for the indentation. `bytes` are the file's.
    #[must_use]
    pub fn with_line_start(self, bytes: &[u8]) -> Span {
        let line = memchr::memrchr(b'\n', &bytes[..self.start as usize]).map_or(0, |at| at + 1);
        let indent = bytes[line..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        Span { start: ((line + indent) as u32).min(self.start), end: self.end }
    }

    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// Number of a file in one run; files are numbered in the order of their paths.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u32);

/// The languages that are lowered. `Tsx` and `JavaScript` share the lowering of `TypeScript`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Language {
    Python,
    TypeScript,
    Tsx,
    JavaScript,
    Go,
}

/// The three families of languages that have a lowering and library models of their own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    Python,
    TypeScript,
    Go,
}

impl Language {
    /// By file extension, without the dot, in any case.
    pub fn of_extension(extension: &str) -> Option<Language> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "py" | "pyi" => Language::Python,
            "ts" | "mts" | "cts" => Language::TypeScript,
            "tsx" => Language::Tsx,
            "js" | "jsx" | "mjs" | "cjs" => Language::JavaScript,
            "go" => Language::Go,
            _ => return None,
        })
    }

    pub fn family(self) -> Family {
        match self {
            Language::Python => Family::Python,
            Language::TypeScript | Language::Tsx | Language::JavaScript => Family::TypeScript,
            Language::Go => Family::Go,
        }
    }
}

impl Family {
    pub const ALL: [Family; 3] = [Family::Python, Family::TypeScript, Family::Go];

    /// The folder name below `rules/models/` and `fixtures/`.
    pub fn name(self) -> &'static str {
        match self {
            Family::Python => "python",
            Family::TypeScript => "typescript",
            Family::Go => "go",
        }
    }
}

/// Byte offsets of line starts.
#[derive(Clone, Debug, Default)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    pub fn new(bytes: &[u8]) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at as u32 + 1));
        LineIndex { starts }
    }

    /// 1-based line of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// Byte offset where a 1-based line starts; the last line's start when there are fewer lines.
    pub fn start_of(&self, line: u32) -> u32 {
        let index = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        self.starts[index]
    }

    /// First and last 1-based line of a span; an end at a line's very start belongs to the line before.
    pub fn lines(&self, span: Span) -> (u32, u32) {
        let last = span.end.saturating_sub(1).max(span.start);
        (self.line(span.start), self.line(last))
    }

    pub fn count(&self) -> usize {
        self.starts.len()
    }
}
