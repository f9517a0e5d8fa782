//! What a template is made of besides text: `{{ … }}`, `{% … %}` and comments, in the order of the file.
//!
//! Knows where such a piece begins and ends, and which tags turn off everything up to their end (`raw`, `verbatim`,
//! `comment`). Does not know expressions.
//! Invariant: every byte is looked at a bounded number of times, also where nothing is ever closed.
//! Known miss: `}}` inside a `{{ … }}`, as two closed dictionaries of Jinja, ends the piece.

use crate::source::Span;
use memchr::memmem;

pub(super) enum Piece {
    /// What stands between `{{` and `}}`.
    Output(Span),
    /// A tag, with what stands between `{%` and `%}`, marks of white space control taken off.
    Tag { span: Span, inner: Span },
}

pub(super) struct Pieces {
    pub(super) list: Vec<Piece>,
    /// `{# … #}` and `{% comment %} … {% endcomment %}`.
    pub(super) comments: Vec<Span>,
    /// Openings that nothing closes.
    pub(super) unclosed: u32,
}

/// A tag between which and its end nothing is a piece.
struct Silencer {
    start: usize,
    end: String,
    is_comment: bool,
}

pub(super) fn of(bytes: &[u8]) -> Pieces {
    let mut found = Pieces { list: Vec::new(), comments: Vec::new(), unclosed: 0 };
    let closers = [memmem::Finder::new(b"}}"), memmem::Finder::new(b"%}"), memmem::Finder::new(b"#}")];
    // By closer: whether it is known not to come any more.
    let mut is_over = [false; 3];
    let mut silencer: Option<Silencer> = None;
    let mut at = 0;
    while let Some(step) = memchr::memchr(b'{', &bytes[at..]) {
        let start = at + step;
        at = start + 1;
        let sort = match bytes.get(at) {
            Some(b'{') => 0,
            Some(b'%') => 1,
            Some(b'#') => 2,
            _ => continue,
        };
        if silencer.is_some() && sort != 1 {
            continue;
        }
        if is_over[sort] {
            continue;
        }
        let Some(length) = closers[sort].find(&bytes[start + 2..]) else {
            is_over[sort] = true;
            found.unclosed += 1;
            continue;
        };
        let (span, inner) = (Span::new(start, start + length + 4), Span::new(start + 2, start + 2 + length));
        if sort == 1 {
            let inner = trimmed(bytes, inner);
            let name = first_word(bytes, inner);
            if let Some(open) = &silencer {
                if name == open.end.as_bytes() {
                    if open.is_comment {
                        found.comments.push(Span::new(open.start, span.end as usize));
                    }
                    silencer = None;
                    at = span.end as usize;
                }
                continue;
            }
            if matches!(name, b"raw" | b"verbatim" | b"comment") {
                let end = format!("end{}", String::from_utf8_lossy(name));
                silencer = Some(Silencer { start, end, is_comment: name == b"comment" });
            } else {
                found.list.push(Piece::Tag { span, inner });
            }
        } else if sort == 0 {
            found.list.push(Piece::Output(trimmed(bytes, inner)));
        } else {
            found.comments.push(span);
        }
        at = span.end as usize;
    }
    found.unclosed += u32::from(silencer.is_some());
    found
}

/// Without `-` and `+` at the ends (Jinja's white space control) and white space.
fn trimmed(bytes: &[u8], span: Span) -> Span {
    let (mut start, mut end) = (span.start as usize, span.end as usize);
    if matches!(bytes.get(start), Some(b'-' | b'+')) && start < end {
        start += 1;
    }
    if end > start && matches!(bytes[end - 1], b'-' | b'+') {
        end -= 1;
    }
    while start < end && bytes[start].is_ascii_whitespace() {
        start += 1;
    }
    while end > start && bytes[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    Span::new(start, end)
}

fn first_word(bytes: &[u8], inner: Span) -> &[u8] {
    let text = &bytes[inner.start as usize..inner.end as usize];
    let end = text.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')).unwrap_or(text.len());
    &text[..end]
}
