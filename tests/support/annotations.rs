//! Annotations of fixtures: what a comment at a line's end says about the findings of that line.
//!
//! ```text
//! rows.append(o.customer.name)   # expect: n-plus-one major "customer"
//! cur.execute(f"… {q}")          # expect: sql-interpolation, n-plus-one minor "per row"
//! for o in qs: o.customer        # known-miss: n-plus-one needs the other file
//! print(o.id)                    # silent: a column of the row itself
//! ```
//!
//! Knows the notation. Does not know findings.
//! Invariant: text without its annotations has the same lines, and on each line the same columns up to the annotation.

/// What a comment says about the findings of its line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Annotation {
    /// 1-based.
    pub(crate) line: u32,
    pub(crate) kind: Kind,
    pub(crate) rule: String,
    /// Any severity when not given.
    pub(crate) severity: Option<String>,
    /// Part of the title or of the evidence; only `expect` has one.
    pub(crate) text: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Expect,
    /// Should be found and is not: fails once it is.
    KnownMiss,
    /// Is found and should not be: fails once it is not.
    KnownNoise,
}

const WORDS: [(&str, Option<Kind>); 4] = [
    ("expect:", Some(Kind::Expect)),
    ("known-miss:", Some(Kind::KnownMiss)),
    ("known-noise:", Some(Kind::KnownNoise)),
    ("silent:", None),
];

const SEVERITIES: [&str; 4] = ["critical", "major", "minor", "info"];

/// The text without its annotations, and these; panics on an annotation that cannot be read.
pub(crate) fn take(text: &str, comment: &str) -> (String, Vec<Annotation>) {
    let mut annotations = Vec::new();
    let mut bare = String::with_capacity(text.len());
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let content = line.trim_end_matches(['\n', '\r']);
        let starts: Vec<(usize, usize, Option<Kind>)> = starts(content, comment);
        for (number, &(_, body, kind)) in starts.iter().enumerate() {
            let end = starts.get(number + 1).map_or(content.len(), |&(next, ..)| next);
            if let Some(kind) = kind {
                annotations.extend(read(&content[body..end], kind, at as u32 + 1));
            }
        }
        let kept = starts.first().map_or(content, |&(start, ..)| content[..start].trim_end());
        bare.push_str(kept);
        bare.push_str(&line[content.len()..]);
    }
    (bare, annotations)
}

/// Where annotations of a line start, where their bodies do, and what they are.
fn starts(line: &str, comment: &str) -> Vec<(usize, usize, Option<Kind>)> {
    line.match_indices(comment)
        .filter_map(|(at, _)| {
            let rest = line[at + comment.len()..].trim_start();
            let (word, kind) = WORDS.iter().find(|(word, _)| rest.starts_with(word))?;
            Some((at, line.len() - rest.len() + word.len(), *kind))
        })
        .collect()
}

/// `rule severity "text", rule …`; behind the rule and severity of a known mistake stands its reason.
fn read(body: &str, kind: Kind, line: u32) -> Vec<Annotation> {
    let mut annotations = Vec::new();
    let body = body.trim();
    let closed = ["-->", "#}"].iter().find_map(|end| body.strip_suffix(end));
    let mut rest = closed.unwrap_or(body).trim_end();
    while !rest.is_empty() {
        let (rule, after) = word(rest);
        assert!(!rule.is_empty(), "line {line}: expected a rule, found {rest:?}");
        let mut annotation = Annotation { line, kind, rule: rule.to_owned(), severity: None, text: None };
        rest = after;
        loop {
            let (next, after) = word(rest);
            if SEVERITIES.contains(&next) {
                annotation.severity = Some(next.to_owned());
                rest = after;
            } else if kind == Kind::Expect && rest.starts_with('"') {
                let (text, after) = rest[1..].split_once('"').unwrap_or_else(|| panic!("line {line}: an open quote"));
                annotation.text = Some(text.to_owned());
                rest = after.trim_start();
            } else {
                break;
            }
        }
        annotations.push(annotation);
        if kind != Kind::Expect {
            break;
        }
        let Some(more) = rest.strip_prefix(',') else {
            assert!(rest.is_empty(), "line {line}: not an annotation: {rest:?}");
            break;
        };
        rest = more.trim_start();
    }
    annotations
}

/// The first word of letters and hyphens, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}
