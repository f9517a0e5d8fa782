//! Names bound to values in lines of configuration: which name, under which keys, and where the value stands.
//!
//! ```text
//! KEY=value  KEY="value"  ${KEY:-value}        key: value        "key": "value"        key = "value"
//! <key>value</key>  <add key="…" value="…"/>   name: KEY ⏎ value: …                  variable "key" { default = "…" }
//! ```
//!
//! Reads what stands around a credential's name, whatever the rest of the line is: a shell script inside of YAML inside
//! of JSON needs no parser for any of them. Does not judge values beyond what the format says of them.
//! Invariant: what refers to a value kept elsewhere (`$VAR`, `{{ … }}`, `!secret`, `*alias`, a name without quotes in TOML
//! or Terraform) is no entry.

use super::names::{credential_of, one_of};
use crate::source::text::TextFormat;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// A name and its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub name: String,
    /// The keys above it, outermost first, and the name: `spring.datasource.password`.
    pub path: String,
    pub value: String,
    /// Byte offsets of the value in the file, without quotes.
    pub start: usize,
    pub end: usize,
    /// Used only where a variable is not set: `${KEY:-value}`.
    pub is_default: bool,
}

/// In every credential's name, as in `names`.
static PARTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    one_of(&["pass", "pwd", "psw", "pw", "secret", "token", "bearer", "key", "cred", "salt", "pepper", "authorization"])
});

/// Entries of one line, `range` being its start and the end of what is no comment.
pub fn of_line(text: &[u8], range: (usize, usize), format: TextFormat, found: &mut Vec<Entry>) {
    if format == TextFormat::Plain {
        return;
    }
    let (start, end) = range;
    let line = Line { text, start, end, format };
    let mut behind = start;
    for part in PARTS.find_iter(&text[start..end]) {
        let at = start + part.start();
        if at < behind {
            continue;
        }
        let (from, to) = line.identifier(at, start + part.end());
        behind = to;
        let Ok(name) = std::str::from_utf8(&text[from..to]) else { continue };
        if credential_of(name).is_none() {
            continue;
        }
        let value = match line.separator(from, to) {
            Some(separator) => line.value(separator),
            None => line.value_beside(from, to),
        };
        let Some((value_start, value_end)) = value else { continue };
        behind = behind.max(value_end.min(end));
        let written = String::from_utf8_lossy(&text[value_start..value_end]);
        let Some((value, skipped, is_default)) = literal(&written, format) else { continue };
        let value_start = value_start + skipped;
        found.push(Entry {
            name: name.to_owned(),
            path: path(text, start, format, name),
            start: value_start,
            end: (value_start + value.len()).min(value_end),
            value: value.to_owned(),
            is_default,
        });
    }
}

/// The literal in a value, the bytes before it, and whether it is the default of a variable; `None` for references.
fn literal(value: &str, format: TextFormat) -> Option<(&str, usize, bool)> {
    let is_variable = |rest: &str| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '{' | '(' | '$'))
            && !rest.starts_with('$')
    };
    if let Some(inner) = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        // `${KEY:-value}` of a shell and of compose, `${KEY:value}` of Spring.
        let colon = inner.find([':', '-'])?;
        let default = inner[colon..].trim_start_matches([':', '-']);
        let skipped = value.len() - 1 - default.len();
        return (!default.is_empty() && !default.contains("${") && !default.starts_with('?'))
            .then_some((default, skipped, true));
    }
    let is_hash =
        ["$2", "$argon", "$pbkdf", "$scrypt", "$5$", "$6$", "$apr"].iter().any(|mark| value.starts_with(mark));
    let substituted = !matches!(format, TextFormat::Json | TextFormat::Toml | TextFormat::Ini | TextFormat::Xml);
    if value.is_empty()
        || is_hash
        || value.contains('`')
        || ["${", "{{", "$(", "#{", "<%", "{%"].iter().any(|mark| value.contains(mark))
        || (substituted && value.match_indices('$').any(|(at, _)| is_variable(&value[at + 1..])))
    {
        return None;
    }
    Some((value, 0, false))
}

struct Line<'t> {
    text: &'t [u8],
    start: usize,
    end: usize,
    format: TextFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sign {
    Equals,
    Colon,
    Tag,
    Space,
}

/// What stands between a name and its value.
#[derive(Clone, Copy, Debug)]
struct Separator {
    sign: Sign,
    /// Where the value may begin.
    at: usize,
    /// White space stands around the sign.
    is_wide: bool,
    /// The quote that the whole `KEY=value` stands in.
    around: Option<u8>,
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

impl Line<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        (at < self.end).then(|| self.text[at])
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        at
    }

    /// The whole identifier around a part of it.
    fn identifier(&self, start: usize, end: usize) -> (usize, usize) {
        let before = self.text[self.start..start].iter().rev().take_while(|&&byte| is_name(byte)).count();
        let behind = self.text[end..self.end].iter().take_while(|&&byte| is_name(byte)).count();
        let mut from = start - before;
        // `--password=…`
        while from < start && matches!(self.text[from], b'-' | b'.') {
            from += 1;
        }
        (from, end + behind)
    }

    /// What binds the identifier to what follows it.
    fn separator(&self, from: usize, to: usize) -> Option<Separator> {
        let text = self.text;
        let mut before = from;
        let mut around = None;
        if before > self.start && matches!(text[before - 1], b'"' | b'\'') {
            before -= 1;
            around = Some(text[before]);
            if before > self.start && text[before - 1] == b'\\' {
                before -= 1;
            }
        }
        let previous = (before > self.start).then(|| text[before - 1]);
        let opens = previous.is_none_or(|byte| byte.is_ascii_whitespace() || b"{[(,;&?<-:/".contains(&byte));
        if !opens {
            return None;
        }
        let mut at = to;
        // `"key": …`: the quote closes before the sign; in `"KEY=value"` it does not.
        if around.is_some() {
            if self.byte(at) == Some(b'\\') {
                at += 1;
            }
            if self.byte(at) == around {
                at += 1;
                around = None;
            }
        }
        let is_first = self.is_first(before);
        let sign_at = self.skip_blanks(at);
        let blanks = sign_at > at;
        let (sign, length) = match (self.byte(sign_at)?, self.byte(sign_at + 1)) {
            (b'=', Some(b'=' | b'~')) => return None,
            (b'=', Some(b'>')) | (b':', Some(b'=')) => (Sign::Equals, 2),
            (b'=', _) => (Sign::Equals, 1),
            (b':', _) => (Sign::Colon, 1),
            (b'>', _) if self.format == TextFormat::Xml && previous == Some(b'<') => (Sign::Tag, 1),
            _ if blanks => (Sign::Space, 0),
            _ => return None,
        };
        let is_wide = blanks || matches!(self.byte(sign_at + length), Some(b' ' | b'\t'));
        let is_quoted = matches!(self.byte(self.skip_blanks(sign_at + length)), Some(b'"' | b'\'' | b'\\'));
        let fits = match (self.format, sign) {
            (TextFormat::Netrc, Sign::Space) => &text[from..to] == b"password",
            (TextFormat::Dockerfile, Sign::Space) => {
                let head = text[self.start..from].trim_ascii();
                head.eq_ignore_ascii_case(b"env")
            }
            (TextFormat::Sql, Sign::Space) => is_quoted,
            (_, Sign::Space) | (TextFormat::Netrc | TextFormat::Plain, _) => false,
            (TextFormat::Xml, Sign::Tag) => true,
            (_, Sign::Tag) => false,
            (TextFormat::Yaml, Sign::Colon) => is_first && (is_wide || sign_at + 1 == self.end),
            (TextFormat::Json | TextFormat::Notebook, Sign::Colon) => is_quoted,
            (TextFormat::Toml | TextFormat::Terraform, Sign::Equals | Sign::Colon) => is_quoted || around.is_some(),
            (TextFormat::Ini, Sign::Equals | Sign::Colon) => is_first || !is_wide,
            (TextFormat::Environment, Sign::Equals) => is_first || !is_wide,
            (TextFormat::Notebook | TextFormat::Sql, Sign::Equals) => is_quoted || around.is_some(),
            (TextFormat::Shell | TextFormat::Dockerfile | TextFormat::Yaml | TextFormat::Json, Sign::Equals) => {
                !is_wide
            }
            (TextFormat::Xml, Sign::Equals) => is_quoted || !is_wide,
            (
                TextFormat::Environment
                | TextFormat::Shell
                | TextFormat::Dockerfile
                | TextFormat::Xml
                | TextFormat::Sql,
                Sign::Colon,
            ) => false,
        };
        fits.then_some(Separator { sign, at: sign_at + length, is_wide, around })
    }

    /// Nothing but what opens an entry stands before it on its line.
    fn is_first(&self, at: usize) -> bool {
        let before = self.text[self.start..at].trim_ascii();
        before.is_empty() || before == b"-" || before == b"export" || before.ends_with(b"{") || before.ends_with(b",")
    }

    /// The value behind a separator, as a range of the text.
    fn value(&self, separator: Separator) -> Option<(usize, usize)> {
        let at = if separator.sign == Sign::Equals && !separator.is_wide {
            separator.at
        } else {
            self.skip_blanks(separator.at)
        };
        let first = self.byte(at)?;
        if first == b'\\' && matches!(self.byte(at + 1), Some(b'"' | b'\'')) {
            let quote = &self.text[at..at + 2];
            let length = memchr::memmem::find(&self.text[at + 2..self.end], quote)?;
            return Some((at + 2, at + 2 + length));
        }
        if matches!(first, b'"' | b'\'') && separator.around != Some(first) {
            return self.quoted(at + 1, first);
        }
        let rest = &self.text[at..self.end];
        let until = |is_end: &dyn Fn(u8) -> bool| rest.iter().position(|&byte| is_end(byte)).unwrap_or(rest.len());
        let length = match (self.format, separator.sign) {
            _ if separator.around.is_some() => {
                until(&|byte| Some(byte) == separator.around || b";&\\".contains(&byte) || byte.is_ascii_whitespace())
            }
            (TextFormat::Xml, Sign::Tag) => until(&|byte| byte == b'<'),
            (TextFormat::Environment | TextFormat::Ini, _) if self.is_line_of(separator) => rest.trim_ascii_end().len(),
            (TextFormat::Yaml, Sign::Colon) => {
                if b"!*|>&{[@%".contains(&first) {
                    return None;
                }
                let is_flow = self.text[self.start..at].contains(&b'{');
                if is_flow { until(&|byte| b",}".contains(&byte)) } else { rest.trim_ascii_end().len() }
            }
            (TextFormat::Netrc, _) => until(&|byte| byte.is_ascii_whitespace()),
            (
                TextFormat::Json | TextFormat::Toml | TextFormat::Terraform | TextFormat::Notebook | TextFormat::Sql,
                _,
            )
            | (_, Sign::Tag) => until(&|byte| b"\"';&\\,)".contains(&byte) || byte.is_ascii_whitespace()),
            (_, Sign::Equals | Sign::Colon | Sign::Space) => {
                until(&|byte| b"\"'`;&|<>)".contains(&byte) || byte.is_ascii_whitespace())
            }
        };
        let trimmed = rest[..length].trim_ascii_end().len();
        Some((at, at + trimmed))
    }

    /// The name opens its line, so that the value reaches to the line's end.
    fn is_line_of(&self, separator: Separator) -> bool {
        let name = self.text[self.start..separator.at].iter().position(|byte| b"=:".contains(byte));
        name.is_some_and(|length| self.start + length + 1 == separator.at)
    }

    /// From behind an opening quote up to the closing one.
    fn quoted(&self, from: usize, quote: u8) -> Option<(usize, usize)> {
        let mut at = from;
        while let Some(byte) = self.byte(at) {
            if byte == b'\\' && quote == b'"' {
                at += 1;
            } else if byte == quote {
                return Some((from, at));
            }
            at += 1;
        }
        None
    }

    /// `name: KEY` and `value: …` below it, `<add key="KEY" value="…"/>`, `variable "KEY" { default = "…" }`.
    fn value_beside(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let before = self.text[self.start..from].trim_ascii_end();
        let before =
            before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before).trim_ascii_end();
        let is_variable = self.format == TextFormat::Terraform && before.trim_ascii() == b"variable";
        let keys: &[&[u8]] = &[b"name", b"key", b"ParameterKey"];
        let is_named = before.strip_suffix(b":").or_else(|| before.strip_suffix(b"=")).is_some_and(|head| {
            let head = head.trim_ascii_end();
            let head = head.strip_suffix(b"\"").unwrap_or(head);
            keys.iter().any(|key| {
                head.len() >= key.len()
                    && head[head.len() - key.len()..].eq_ignore_ascii_case(key)
                    && head[..head.len() - key.len()].last().is_none_or(|&byte| !is_name(byte))
            })
        });
        if !is_variable && !is_named {
            return None;
        }
        let further = if is_variable { 8 } else { 2 };
        let (mut start, mut end, mut at) = (self.start, self.end, to);
        for _ in 0..=further {
            let line = Line { text: self.text, start, end, format: self.format };
            if let Some(value) = line.value_of_value(at) {
                return Some(value);
            }
            start = end + 1;
            if start >= self.text.len() {
                return None;
            }
            end = memchr::memchr(b'\n', &self.text[start..]).map_or(self.text.len(), |length| start + length);
            let trimmed = self.text[start..end].trim_ascii();
            if trimmed.starts_with(b"- ") || (is_variable && trimmed == b"}") {
                return None;
            }
            at = start;
            if let Some(comment) = self.format.comment_start(&self.text[start..end]) {
                at = at.min(start + comment);
            }
        }
        None
    }

    /// Behind the word `value` or `default`.
    fn value_of_value(&self, from: usize) -> Option<(usize, usize)> {
        for word in [b"value".as_slice(), b"default", b"Value", b"ParameterValue"] {
            for at in memchr::memmem::find_iter(&self.text[from..self.end], word) {
                let start = from + at;
                if self.identifier(start, start + word.len()) == (start, start + word.len())
                    && let Some(separator) = self.separator(start, start + word.len())
                {
                    return self.value(separator);
                }
            }
        }
        None
    }
}

/// The keys above a line and the name, joined by dots; the name alone where the format has no such keys.
fn path(text: &[u8], start: usize, format: TextFormat, name: &str) -> String {
    /// Bytes above the line that are looked through for its keys.
    const LOOKED_THROUGH: usize = 64 << 10;
    let above = &text[start.saturating_sub(LOOKED_THROUGH)..start];
    let mut keys = match format {
        TextFormat::Yaml | TextFormat::Json => keys_above(above, indent(&text[start..])),
        TextFormat::Toml | TextFormat::Ini => {
            let section = above.split(|&byte| byte == b'\n').rev().find_map(|line| {
                let line = line.trim_ascii().strip_prefix(b"[")?;
                let line = line.strip_prefix(b"[").unwrap_or(line);
                line.split(|&byte| byte == b']').next()
            });
            section.map(|section| String::from_utf8_lossy(section).replace('"', "")).into_iter().collect()
        }
        TextFormat::Environment
        | TextFormat::Shell
        | TextFormat::Dockerfile
        | TextFormat::Xml
        | TextFormat::Terraform
        | TextFormat::Notebook
        | TextFormat::Sql
        | TextFormat::Netrc
        | TextFormat::Plain => Vec::new(),
    };
    keys.push(name.to_owned());
    keys.join(".")
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count()
}

/// Keys of less and less indented lines, outermost first.
fn keys_above(above: &[u8], own: usize) -> Vec<String> {
    let mut keys = Vec::new();
    let mut least = own;
    for line in above.split(|&byte| byte == b'\n').rev() {
        if least == 0 {
            break;
        }
        let depth = indent(line);
        let text = line.trim_ascii();
        if depth >= least || text.is_empty() || text.starts_with(b"#") {
            continue;
        }
        least = depth;
        let text = text.strip_prefix(b"- ").unwrap_or(text);
        // `key:` and `"key": {` hold what is below them; `key: value` is a neighbour in a list.
        let Some(colon) = memchr::memchr(b':', text) else { continue };
        let behind = text[colon + 1..].trim_ascii();
        let opens = behind.is_empty() || matches!(behind[0], b'{' | b'[' | b'&' | b'#' | b'!' | b'|' | b'>');
        if opens {
            let key = String::from_utf8_lossy(&text[..colon]);
            keys.push(key.trim().trim_matches(['"', '\'']).to_owned());
        }
    }
    keys.reverse();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(format: TextFormat, text: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end_matches('\n').len();
            let comment = format.comment_start(&text.as_bytes()[start..end]).map_or(end, |at| start + at);
            of_line(text.as_bytes(), (start, comment), format, &mut found);
            start += line.len();
        }
        for entry in &found {
            assert_eq!(&text[entry.start..entry.end], entry.value, "{text}");
        }
        found.into_iter().map(|entry| (entry.path, entry.value)).collect()
    }

    #[test]
    fn values_are_found_in_every_format() {
        let cases = [
            (TextFormat::Environment, "export DB_PASSWORD=hunter2 prod # note\n", "DB_PASSWORD", "hunter2 prod"),
            (TextFormat::Environment, "API_KEY = 'a b'\n", "API_KEY", "a b"),
            (TextFormat::Shell, "  DB_PASSWORD=hunter2 psql\n", "DB_PASSWORD", "hunter2"),
            (TextFormat::Shell, "run --password=\"hunter2\" now\n", "password", "hunter2"),
            (TextFormat::Dockerfile, "ENV A=b API_TOKEN=hunter2 \\\n", "API_TOKEN", "hunter2"),
            (TextFormat::Dockerfile, "ENV API_TOKEN hunter2\n", "API_TOKEN", "hunter2"),
            (
                TextFormat::Yaml,
                "db:\n  # main\n  auth:\n    password: hunter2  # ours\n",
                "db.auth.password",
                "hunter2",
            ),
            (TextFormat::Yaml, "environment:\n  - DB_PASSWORD=hunter2\n", "environment.DB_PASSWORD", "hunter2"),
            (TextFormat::Yaml, "a: { password: hunter2, b: c }\n", "password", "hunter2"),
            (TextFormat::Yaml, "x:\n  - \"API_KEY=hunter2\"\n", "x.API_KEY", "hunter2"),
            (TextFormat::Yaml, "- name: DB_PASSWORD\n  value: \"hunter2\"\n", "DB_PASSWORD", "hunter2"),
            (TextFormat::Yaml, "a: ${DB_PASSWORD:-x}\nPASSWORD: ${P:-hunter2}\n", "PASSWORD", "hunter2"),
            (TextFormat::Json, "{\n  \"db\": {\n    \"password\": \"hunter2\"\n  }\n}\n", "db.password", "hunter2"),
            (TextFormat::Json, "{\"name\": \"API_KEY\", \"value\": \"hunter2\"}\n", "API_KEY", "hunter2"),
            (TextFormat::Toml, "[db.main]\npassword = \"hunter2\"\n", "db.main.password", "hunter2"),
            (TextFormat::Ini, "[db]\npassword = hunter2; yes\n", "db.password", "hunter2; yes"),
            (TextFormat::Ini, "//registry.corp/:_authToken=hunter2\n", "_authToken", "hunter2"),
            (TextFormat::Ini, "spring.datasource.password: hunter2\n", "spring.datasource.password", "hunter2"),
            (TextFormat::Xml, "<password>hunter2</password>\n", "password", "hunter2"),
            (TextFormat::Xml, "<add key=\"password\" value=\"hunter2\"/>\n", "password", "hunter2"),
            (TextFormat::Xml, "<ds password=\"hunter2\"/>\n", "password", "hunter2"),
            (TextFormat::Terraform, "  master_password = \"hunter2\"\n", "master_password", "hunter2"),
            (
                TextFormat::Terraform,
                "variable \"db_password\" {\n  default = \"hunter2\"\n}\n",
                "db_password",
                "hunter2",
            ),
            (TextFormat::Notebook, "    \"API_KEY = \\\"hunter2\\\"\\n\",\n", "API_KEY", "hunter2"),
            (TextFormat::Sql, "CREATE USER app WITH PASSWORD 'hunter2';\n", "PASSWORD", "hunter2"),
            (TextFormat::Netrc, "machine a.b login me password hunter2\n", "password", "hunter2"),
        ];
        for (format, text, path, value) in cases {
            assert_eq!(entries(format, text), [(path.to_owned(), value.to_owned())], "{format:?}: {text}");
        }
    }

    #[test]
    fn references_and_prose_are_no_entries() {
        let cases = [
            (TextFormat::Environment, "DB_PASSWORD=\nDB_PASSWORD=$OTHER\n# DB_PASSWORD=hunter2\n"),
            (
                TextFormat::Shell,
                "TOKEN=$(curl x)\nTOKEN=\"$1x$HOME\"\n[ \"$TOKEN\" = \"hunter2\" ]\necho token = hunter2\n",
            ),
            (
                TextFormat::Yaml,
                "password: !secret db\ntoken: *t\nsecret: |\n  a\npassword: {{ p }}\nrun: the password: hunter2\n",
            ),
            (TextFormat::Yaml, "token: ${{ secrets.TOKEN }}\n- name: TOKEN\n  valueFrom:\n    key: x\n"),
            (TextFormat::Yaml, "- name: API_TOKEN\n- name: b\n  value: hunter2\n"),
            (TextFormat::Json, "{\"password\": null, \"token\": true, \"passwords\": [\"a\"]}\n"),
            (TextFormat::Toml, "password = true\n"),
            (TextFormat::Terraform, "password = var.password\nsecret = data.x.y\n"),
            (TextFormat::Sql, "SELECT password FROM users WHERE token = $1\n"),
            (TextFormat::Plain, "password: hunter2\n"),
        ];
        for (format, text) in cases {
            assert_eq!(entries(format, text), [], "{format:?}: {text}");
        }
    }
}
