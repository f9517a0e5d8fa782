//! Token formats and generated test values in one notation: literal text with `‹count class›` for generated characters.
//!
//! ```text
//! AKIA‹16 A-Z2-7›              literal AKIA, then 16 characters of A-Z and 2-7
//! glpat-‹20-64 base64url›      between 20 and 64 characters
//! SG.‹22 base64url›.‹43 base64url›
//! ```
//!
//! Knows the notation, its classes, and how to write one as a regular expression. Does not know providers or files.
//! Invariant: a pattern has a bounded length, so that the text around a keyword is all that is ever searched.
//! Invariant: a set of characters is ASCII.

use std::fmt::Write;

/// A piece of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    Text(String),
    Some { least: usize, most: usize, set: Set },
}

/// A set of ASCII characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Set {
    /// As ranges, both ends included.
    ranges: Vec<(u8, u8)>,
}

/// Why a pattern is not one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PatternError {
    #[error("`‹` without `›`")]
    Open,
    #[error("expected a count or a range of counts as in `‹16 alnum›` or `‹20-64 hex›`, found \"{0}\"")]
    Count(String),
    #[error("unknown class \"{0}\"")]
    Class(String),
}

/// Named classes; anything else is read as a set in the manner of `A-Z2-7`, with `-` first or last standing for itself.
const CLASSES: &[(&str, &str)] = &[
    ("alnum", "A-Za-z0-9"),
    ("lower", "a-z"),
    ("upper", "A-Z"),
    ("digits", "0-9"),
    ("hex", "0-9a-f"),
    ("HEX", "0-9A-F"),
    ("anyhex", "0-9a-fA-F"),
    ("base32", "A-Z2-7"),
    ("base36", "a-z0-9"),
    ("base64", "A-Za-z0-9+/"),
    ("base64url", "A-Za-z0-9_-"),
    ("word", "A-Za-z0-9_"),
    // What password generators make without quotes, backslashes and what URLs reserve.
    ("mixed", "A-Za-z0-9"),
];

impl Set {
    fn parse(class: &str) -> Result<Set, PatternError> {
        let error = || PatternError::Class(class.to_owned());
        let spelled = CLASSES.iter().find(|(name, _)| *name == class).map_or(class, |(_, spelled)| spelled);
        // A word that is no class name is a typing mistake, not a set of its letters.
        if !spelled.is_ascii() || (spelled.len() > 2 && spelled.bytes().all(|b| b.is_ascii_lowercase())) {
            return Err(error());
        }
        let bytes = spelled.as_bytes();
        let mut ranges = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            if at + 2 < bytes.len() && bytes[at + 1] == b'-' {
                if bytes[at] > bytes[at + 2] {
                    return Err(error());
                }
                ranges.push((bytes[at], bytes[at + 2]));
                at += 3;
            } else {
                ranges.push((bytes[at], bytes[at]));
                at += 1;
            }
        }
        if ranges.is_empty() { Err(error()) } else { Ok(Set { ranges }) }
    }

    /// Every character of the set, in the order of the ranges.
    pub fn characters(&self) -> Vec<char> {
        self.bytes().map(char::from).collect()
    }

    pub fn bytes(&self) -> impl Iterator<Item = u8> {
        self.ranges.iter().flat_map(|&(from, to)| from..=to)
    }

    fn expression(&self) -> String {
        let mut text = String::from("[");
        for &(from, to) in &self.ranges {
            write!(text, "\\x{from:02x}").expect("a string takes any text");
            if to != from {
                write!(text, "-\\x{to:02x}").expect("a string takes any text");
            }
        }
        text.push(']');
        text
    }
}

/// Longest run that `N+` stands for.
const UNBOUNDED: usize = 400;

/// Reads a pattern: `‹16 alnum›`, `‹20-64 hex›`, `‹40+ base64›`, `‹35›` (base64url).
pub fn parse(pattern: &str) -> Result<Vec<Part>, PatternError> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(open) = rest.find('‹') {
        if open > 0 {
            parts.push(Part::Text(rest[..open].to_owned()));
        }
        let inside = &rest[open + '‹'.len_utf8()..];
        let close = inside.find('›').ok_or(PatternError::Open)?;
        let (count, class) = inside[..close].split_once(' ').unwrap_or((&inside[..close], "base64url"));
        let number = |text: &str| text.parse::<usize>().map_err(|_| PatternError::Count(count.to_owned()));
        let (least, most) = if let Some(least) = count.strip_suffix('+') {
            (number(least)?, UNBOUNDED)
        } else if let Some((least, most)) = count.split_once('-') {
            (number(least)?, number(most)?)
        } else {
            (number(count)?, number(count)?)
        };
        parts.push(Part::Some { least, most, set: Set::parse(class)? });
        rest = &inside[close + '›'.len_utf8()..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

/// The pattern as a regular expression over bytes, without anchors.
pub fn expression(parts: &[Part]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => regex::escape(text),
            Part::Some { least, most, set } if least == most => format!("{}{{{least}}}", set.expression()),
            Part::Some { least, most, set } => format!("{}{{{least},{most}}}", set.expression()),
        })
        .collect()
}

/// Most bytes that the pattern matches.
pub fn longest(parts: &[Part]) -> usize {
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.len(),
            Part::Some { most, .. } => *most,
        })
        .sum()
}

/// The literal text that the pattern starts with, if it does.
pub fn leading_text(parts: &[Part]) -> Option<&str> {
    match parts.first() {
        Some(Part::Text(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_becomes_an_expression() {
        let parts = parse("AK‹4 A-Z2-7›.‹2-3 hex›").expect("it is one");
        assert_eq!(expression(&parts), "AK[\\x41-\\x5a\\x32-\\x37]{4}\\.[\\x30-\\x39\\x61-\\x66]{2,3}");
        assert_eq!(longest(&parts), 10);
        assert_eq!(leading_text(&parts), Some("AK"));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(parse("a‹4 hex"), Err(PatternError::Open));
        assert_eq!(parse("a‹x hex›"), Err(PatternError::Count("x".to_owned())));
        assert_eq!(parse("a‹4 hexx›"), Err(PatternError::Class("hexx".to_owned())));
    }
}
