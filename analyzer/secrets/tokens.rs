//! Tokens that say what they are: the providers' formats, read from `rules/secrets/tokens/*.toml`.
//!
//! Knows the formats as data, and how to find them in a text. Does not know names, languages or files.
//! Invariant: adding a provider is adding a TOML entry; no list in the code names a provider.
//! Invariant: a regular expression only ever sees the bytes around a keyword.
//!
//! ```toml
//! [[token]]
//! id = "gitlab-personal-access-token"
//! what = "GitLab personal access token"
//! patterns = ["glpat-‹20-64 base64url›"]
//! ```

use super::keywords::{Keywords, Word};
use super::pattern::{self, Part};
use super::randomness::{entropy, wordiness};
use super::values::{is_invented, is_placeholder};
use super::{names, structure};
use crate::findings::Severity;
use aho_corasick::AhoCorasick;
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use std::sync::{LazyLock, OnceLock};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules/secrets/tokens");

/// One file of formats.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Where the formats are documented.
    #[expect(dead_code, reason = "a citation for the reader of the file; its absence is an error")]
    source: String,
    token: Vec<Entry>,
}

/// One format, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    /// In the middle of a sentence: `Stripe secret key`.
    what: String,
    /// In the notation of `pattern`; any of them.
    patterns: Vec<String>,
    /// Where no pattern starts with at least two letters of its own text: what must stand in the match.
    #[serde(default)]
    keywords: Vec<String>,
    /// One of these words must be in the bound name: for formats that are too plain to stand alone.
    #[serde(default)]
    named: Vec<String>,
    /// Least bits per character of the generated part.
    #[serde(default = "usual_entropy")]
    entropy: f64,
    #[serde(default)]
    severity: Grade,
    #[serde(default)]
    check: Check,
    /// Texts that the provider itself prints in its documentation; part of the value is enough.
    #[serde(default)]
    allow: Vec<String>,
    /// Not reported behind one of these texts, where the format is no secret: `X-Amz-Credential=` of a signed URL.
    #[serde(default)]
    not_after: Vec<String>,
    /// Tests make such values up, and nothing tells them from live ones.
    #[serde(default)]
    invented_in_tests: bool,
    /// Made to be published (Stripe's `pk_live_`): never reported, whatever its name is.
    #[serde(default)]
    public: bool,
}

fn usual_entropy() -> f64 {
    3.0
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Grade {
    #[default]
    Critical,
    Major,
    Minor,
    Info,
}

/// What a match must pass, or what raises its evidence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    #[default]
    None,
    /// The last six characters are a CRC32.
    Checksum,
    /// A JSON Web Token that decodes and is signed.
    Jwt,
    /// A header followed by a key's body.
    Pem,
}

/// One format, ready to be searched.
#[derive(Debug)]
pub struct Token {
    pub id: String,
    pub what: String,
    pub severity: Severity,
    pub check: Check,
    pub public: bool,
    /// Tests make such values up, and nothing tells them from live ones.
    pub invented_in_tests: bool,
    not_after: Vec<String>,
    named: Vec<String>,
    patterns: Vec<Pattern>,
    entropy: f64,
    allow: Vec<String>,
}

#[derive(Debug)]
struct Pattern {
    parts: Vec<Part>,
    leading: usize,
    expression: OnceLock<regex::bytes::Regex>,
    longest: usize,
}

/// A token in a text.
#[derive(Clone, Debug)]
pub struct Hit {
    pub token: &'static Token,
    /// Byte offsets into the text.
    pub start: usize,
    pub end: usize,
    /// The token's own checksum, header or body proves it.
    pub proven: bool,
    /// Counts up, repeats, or fails its own checksum: somebody may have typed it.
    pub doubtful: bool,
}

/// What a keyword announces.
#[derive(Clone, Copy, Debug)]
enum Owner {
    Pattern {
        token: usize,
        pattern: usize,
        /// The pattern starts with the keyword.
        starts: bool,
    },
    /// The start of a pattern in base 64, which is decoded once.
    Wrapped,
}

struct Catalogue {
    tokens: Vec<Token>,
    keywords: Keywords,
    /// What `keywords` finds.
    words: Vec<Word>,
    /// By the number of the keyword.
    owners: Vec<Owner>,
    /// The words of names that some format needs.
    owner_words: AhoCorasick,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| build().expect("the tests read every built-in format"));

/// Every format that comes with the program, in the order of files and entries.
pub fn all() -> &'static [Token] {
    &CATALOGUE.tokens
}

/// The texts of which one stands in every token that needs no name beside it.
pub fn keywords() -> Vec<Word> {
    CATALOGUE.words.clone()
}

fn build() -> Result<Catalogue, String> {
    let mut files: Vec<_> = FILES.files().collect();
    files.sort_by(|a, b| a.path().cmp(b.path()));
    let mut tokens = Vec::new();
    for file in files {
        let name = file.path().display();
        let text = file.contents_utf8().ok_or_else(|| format!("{name}: not UTF-8"))?;
        let file: File = toml::from_str(text).map_err(|error| format!("{name}: {error}"))?;
        for entry in file.token {
            let id = entry.id.clone();
            tokens.push(compile(entry).map_err(|error| format!("{name}: {id}: {error}"))?);
        }
    }
    let mut keywords = Vec::new();
    let mut owners = Vec::new();
    for (number, (token, extra)) in tokens.iter().enumerate() {
        if !token.named.is_empty() {
            continue; // only looked at where the name is known
        }
        for (index, pattern) in token.patterns.iter().enumerate() {
            let leading = pattern::leading_text(&pattern.parts).filter(|text| text.len() > 1);
            if let (Some(text), true) = (leading, extra.is_empty()) {
                let before = match pattern.parts.get(1) {
                    Some(Part::Some { least: 1.., set, .. }) => Some(set.bytes().collect()),
                    _ => None,
                };
                keywords.push(Word { text: text.to_owned(), before });
                owners.push(Owner::Pattern { token: number, pattern: index, starts: true });
            } else if extra.is_empty() {
                return Err(format!("{}: a pattern that starts with generated characters needs keywords", token.id));
            }
            for keyword in extra {
                keywords.push(Word::new(keyword));
                owners.push(Owner::Pattern { token: number, pattern: index, starts: false });
            }
        }
    }
    // A key of a Google service account is a JSON object that starts with one of these.
    let openings = ["{\"type\"", "{\"type\":", "{ \"type\"", "{\n  \"type\""].map(str::to_owned);
    let plain = keywords.iter().map(|word: &Word| &word.text);
    let mut wrapped: Vec<String> = plain.chain(&openings).filter_map(|text| wrapped(text)).collect();
    wrapped.sort();
    wrapped.dedup();
    owners.extend(wrapped.iter().map(|_| Owner::Wrapped));
    keywords.extend(wrapped.iter().map(|text| Word::new(text)));
    let words = keywords;
    let keywords = Keywords::new(words.clone());
    let named: Vec<&str> = tokens.iter().flat_map(|(token, _)| &token.named).map(String::as_str).collect();
    let owner_words = names::one_of(&named);
    let tokens = tokens.into_iter().map(|(token, _)| token).collect();
    Ok(Catalogue { tokens, keywords, words, owners, owner_words })
}

/// What stands in base 64 for a text that the encoded bytes start with; `None` where it is too short to tell.
fn wrapped(text: &str) -> Option<String> {
    /// Shorter starts are in too many words.
    const LEAST: usize = 5;
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut digits = String::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes() {
        bits = (bits << 8) | u32::from(byte);
        count += 8;
        while count >= 6 {
            count -= 6;
            digits.push(char::from(DIGITS[(bits >> count) as usize & 63]));
        }
        bits &= (1 << count) - 1;
    }
    (digits.len() >= LEAST).then_some(digits)
}

fn compile(entry: Entry) -> Result<(Token, Vec<String>), String> {
    let patterns = entry
        .patterns
        .iter()
        .map(|text| {
            let parts = pattern::parse(text).map_err(|error| format!("{text}: {error}"))?;
            let leading = pattern::leading_text(&parts).map_or(0, str::len);
            let longest = pattern::longest(&parts);
            Ok(Pattern { parts, leading, expression: OnceLock::new(), longest })
        })
        .collect::<Result<Vec<_>, String>>()?;
    let token = Token {
        id: entry.id,
        what: entry.what,
        severity: match entry.severity {
            Grade::Critical => Severity::Critical,
            Grade::Major => Severity::Major,
            Grade::Minor => Severity::Minor,
            Grade::Info => Severity::Info,
        },
        check: entry.check,
        public: entry.public,
        invented_in_tests: entry.invented_in_tests,
        not_after: entry.not_after,
        named: entry.named,
        patterns,
        entropy: entry.entropy,
        allow: entry.allow,
    };
    Ok((token, entry.keywords))
}

impl Pattern {
    fn expression(&self) -> &regex::bytes::Regex {
        self.expression.get_or_init(|| {
            let text = format!("(?-u){}", pattern::expression(&self.parts));
            regex::bytes::Regex::new(&text).expect("a parsed pattern is a valid expression")
        })
    }

    /// The match around a keyword at `at`, as a range of the text.
    fn find(&self, text: &[u8], at: usize, starts_with_keyword: bool) -> Option<(usize, usize)> {
        let from = if starts_with_keyword { at } else { at.saturating_sub(self.longest) };
        let to = text.len().min(at + self.longest + 1);
        let found = self.expression().find_iter(&text[from..to]).find(|found| {
            let range = from + found.start()..from + found.end();
            range.contains(&at) && (!starts_with_keyword || range.start == at)
        })?;
        Some((from + found.start(), from + found.end()))
    }
}

/// Whether a token may stand in the text of a program: whole, in base 64, or in literals that belong together.
pub fn may_stand_in(text: &[u8]) -> bool {
    let catalogue = &*CATALOGUE;
    catalogue.keywords.all(text).into_iter().any(|(word, at)| match catalogue.owners[word] {
        Owner::Pattern { token, pattern, starts } => {
            let token = &catalogue.tokens[token];
            let pattern = &token.patterns[pattern];
            let end = at + catalogue.words[word].text.len();
            goes_on(text, end, pattern.longest, token.check == Check::Pem) || pattern.find(text, at, starts).is_some()
        }
        Owner::Wrapped => unwrapped(text, at).is_some(),
    })
}

/// Whether the word at `at`, or a header with its blanks, ends a literal less than `most` bytes on that another one is
/// joined to.
fn goes_on(text: &[u8], at: usize, most: usize, is_header: bool) -> bool {
    let rest = &text[at..];
    let is_quote = |byte: u8| matches!(byte, b'"' | b'\'' | b'`');
    let stops = |&byte: &u8| is_quote(byte) || (byte.is_ascii_whitespace() && !is_header);
    let Some(end) = rest.iter().take(most).position(stops) else { return false };
    let between = |&&byte: &&u8| byte.is_ascii_whitespace() || b"+\\(frb".contains(&byte);
    let gap = rest[end + 1..].iter().take_while(between).count();
    is_quote(rest[end]) && gap > 0 && rest.get(end + 1 + gap).is_some_and(|&byte| is_quote(byte))
}

/// All tokens in a text, without those that overlap an earlier, longer one. Public ones are told too. A token in base 64
/// is found as the whole of what is encoded.
pub fn scan(text: &[u8]) -> Vec<Hit> {
    let mut hits = Vec::new();
    scan_into(text, true, &mut hits);
    hits.sort_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)));
    let mut end = 0;
    hits.retain(|hit| {
        let keep = hit.start >= end;
        end = end.max(hit.end);
        keep
    });
    hits
}

fn scan_into(text: &[u8], unwraps: bool, hits: &mut Vec<Hit>) {
    let catalogue = &*CATALOGUE;
    for (word, at) in catalogue.keywords.all(text) {
        match catalogue.owners[word] {
            Owner::Pattern { token, pattern, starts } => {
                let token = &catalogue.tokens[token];
                let pattern = &token.patterns[pattern];
                if let Some((start, end)) = pattern.find(text, at, starts)
                    && stands_alone(text, start, end)
                    && let Some(hit) = judge(token, pattern, text, start, end)
                {
                    hits.push(hit);
                }
            }
            Owner::Wrapped if unwraps => hits.extend(unwrapped(text, at)),
            Owner::Wrapped => {}
        }
    }
}

/// The first token in what is encoded from here on.
fn unwrapped(text: &[u8], start: usize) -> Option<Hit> {
    /// A key of a service account has some 2,400 bytes.
    const LONGEST: usize = 16_384;
    const SHORTEST: usize = 20;
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte);
    if start > 0 && is_digit(&text[start - 1]) && text[start - 1] != b'=' {
        return None;
    }
    let length = text[start..].iter().take(LONGEST).take_while(|byte| is_digit(byte)).count();
    if length < SHORTEST {
        return None;
    }
    let decoded = structure::base64(std::str::from_utf8(&text[start..start + length]).ok()?)?;
    let mut inner = Vec::new();
    scan_into(&decoded, false, &mut inner);
    let found = inner.into_iter().find(|hit| !hit.token.public)?;
    Some(Hit { start, end: start + length, ..found })
}

/// The token that a whole value is, when the name that it is bound to says whose it is.
pub fn named(name: &str, value: &str) -> Option<Hit> {
    if !CATALOGUE.owner_words.is_match(name) {
        return None;
    }
    let words = names::words(name);
    CATALOGUE.tokens.iter().filter(|token| token.named.iter().any(|word| words.contains(word))).find_map(|token| {
        token.patterns.iter().find_map(|pattern| {
            let found = pattern.expression().find(value.as_bytes())?;
            (found.start() == 0 && found.end() == value.len()).then_some(())?;
            judge(token, pattern, value.as_bytes(), 0, value.len())
        })
    })
}

/// Not a part of a longer word: `AKIA…` inside of base 64 is chance. A character escape (`\nAKIA…`) ends before it.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let escaped = start >= 2 && text[start - 2] == b'\\' && matches!(text[start - 1], b'n' | b'r' | b't');
    let before = start > 0 && is_word(text[start - 1]) && !escaped && is_word(text[start]);
    let after = end < text.len() && is_word(text[end]) && is_word(text[end - 1]);
    !before && !after
}

fn judge(token: &'static Token, pattern: &Pattern, text: &[u8], start: usize, end: usize) -> Option<Hit> {
    if token.check == Check::Pem {
        let length = structure::pem_end(&text[start..])?;
        return Some(Hit { token, start, end: start + length, proven: true, doubtful: false });
    }
    let value = std::str::from_utf8(&text[start..end]).ok()?;
    let body = &value[pattern.leading..];
    if token.not_after.iter().any(|before| text[..start].ends_with(before.as_bytes())) {
        return None;
    }
    if token.allow.iter().any(|allowed| value.contains(allowed)) {
        return None;
    }
    let hit = |proven, doubtful| Some(Hit { token, start, end, proven, doubtful });
    if token.public {
        return hit(false, false);
    }
    if entropy(body) < token.entropy || is_placeholder(body) || wordiness(body) > 0.6 {
        return None;
    }
    match token.check {
        Check::Checksum => {
            let good = structure::has_checksum(body);
            hit(good, !good)
        }
        Check::Jwt => structure::is_signed_jwt(value).then_some(()).and_then(|()| hit(true, false)),
        Check::None => hit(false, is_invented(body)),
        Check::Pem => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of the pattern's shape, the same for the same seed.
    fn example(pattern: &Pattern, seed: u64) -> String {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut text = String::new();
        for part in &pattern.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Some { least, set, .. } => {
                    let characters = set.characters();
                    for _ in 0..*least {
                        state ^= state << 13;
                        state ^= state >> 7;
                        state ^= state << 17;
                        text.push(characters[(state >> 33) as usize % characters.len()]);
                    }
                }
            }
        }
        text
    }

    #[test]
    fn every_built_in_format_is_valid() {
        let catalogue = build().unwrap_or_else(|error| panic!("{error}"));
        let mut ids: Vec<_> = catalogue.tokens.iter().map(|token| token.id.clone()).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "ids are unique");
    }

    #[test]
    fn a_generated_token_of_every_format_is_found() {
        for token in all().iter().filter(|token| token.check != Check::Pem && token.check != Check::Jwt) {
            for pattern in &token.patterns {
                let found = (1..=20).filter(|&seed| {
                    let text = example(pattern, seed);
                    let name = token.named.first().map(|name| format!("{name}_secret"));
                    match name {
                        Some(name) => named(&name, &text).is_some(),
                        None => scan(format!("key = \"{text}\"\n").as_bytes())
                            .iter()
                            .any(|hit| hit.start == 7 || hit.token.id == token.id),
                    }
                });
                assert!(found.count() >= 12, "{}: {}", token.id, example(pattern, 1));
            }
        }
    }

    /// What differs from a token in length, or is made of one character, or stands in a longer word.
    #[test]
    fn no_format_finds_what_only_looks_like_it() {
        for token in all().iter().filter(|token| token.check == Check::None && token.named.is_empty() && !token.public)
        {
            for pattern in &token.patterns {
                let finds = |text: &str| {
                    scan(format!("key = \"{text}\"\n").as_bytes()).iter().any(|hit| hit.token.id == token.id)
                };
                let part = |whole: bool| {
                    let mut text = String::new();
                    for part in &pattern.parts {
                        match part {
                            Part::Text(literal) => text.push_str(literal),
                            Part::Some { least, set, .. } => {
                                let characters = set.characters();
                                let count = if whole { *least } else { least / 2 };
                                text.extend(std::iter::repeat_n(characters[0], count));
                            }
                        }
                    }
                    text
                };
                assert!(!finds(&part(true)), "{}: one character", token.id);
                assert!(!finds(&part(false)), "{}: half as long", token.id);
                // What has a keyword of its own starts anywhere: a host's name is found in any address.
                let inside = format!("x{}9", example(pattern, 7));
                let has_start = pattern.leading > 1 && !inside.contains('/');
                assert!(!has_start || !finds(&inside), "{}: in a word", token.id);
            }
        }
    }

    #[test]
    fn a_token_in_base_64_is_unwrapped_once() {
        let token = format!("{}{}", "sk_live_", "Q2ZKLMNPrtvwxy34abTc9d8e");
        let once = encoded(token.as_bytes());
        let found = scan(format!("key: {once}\n").as_bytes());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].start, found[0].end), (5, 5 + once.len()));
        assert_eq!(found[0].token.what, "Stripe live secret key");
        assert!(scan(encoded(once.as_bytes()).as_bytes()).is_empty());
        assert!(scan(encoded(b"sk_live_ is how keys start, and no key").as_bytes()).is_empty());
    }

    fn encoded(bytes: &[u8]) -> String {
        let padded: Vec<u8> = bytes.iter().copied().chain(std::iter::repeat_n(0, (3 - bytes.len() % 3) % 3)).collect();
        let text = wrapped(&String::from_utf8(padded).expect("tests encode text")).expect("it is long enough");
        text[..(bytes.len() * 8).div_ceil(6)].to_owned()
    }

    #[test]
    fn a_part_of_a_longer_word_is_no_token() {
        let body = "Q2ZKLMNPRTVWXY34";
        assert_eq!(scan(format!("\"{}{body}\"", "AKIA").as_bytes()).len(), 1);
        assert_eq!(scan(format!("\"x{}{body}\"", "AKIA").as_bytes()).len(), 0);
        assert_eq!(scan(format!("\"{}{body}7\"", "AKIA").as_bytes()).len(), 0);
        assert_eq!(scan(format!("\"\\n{}{body}\"", "AKIA").as_bytes()).len(), 1);
    }

    #[test]
    fn documentation_values_and_placeholders_are_none() {
        for body in ["IOSFODNN7EXAMPLE", "XXXXXXXXXXXXXXXX", "AAAAAAAAAAAAAAAA"] {
            assert!(scan(format!("\"{}{body}\"", "AKIA").as_bytes()).is_empty(), "{body}");
        }
        assert!(scan(format!("\"{}_FAKE_LIVE_KEY_FOR_TESTING_ONLY\"", "sk_live").as_bytes()).is_empty());
    }

    #[test]
    fn a_token_may_stand_in_literals_that_are_joined() {
        let (begin, end) = ("-----BEGIN RSA PRIV", "ATE KEY-----");
        let joined = format!("KEY = (\n    \"{begin}{end}\\n\"\n    \"MIIEow\"\n)\n");
        assert!(may_stand_in(joined.as_bytes()));
        for quiet in ["path = 'a'", "re_ = [\"re_\", \"b\"]", "x = 'sk_test' if a else 'b'"] {
            assert!(!may_stand_in(quiet.as_bytes()), "{quiet}");
        }
    }
}
