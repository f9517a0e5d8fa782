//! Where the words of a long list stand in a text.
//!
//! Each word has a mark: the three bytes of it that are rarest in code. One bit per hash of three bytes says whether a mark
//! may begin at a place; eight places are asked at once, none of them waits for the one before, as the states of an
//! automaton do, and hardly any is answered with yes. There, the bytes are compared.
//!
//! ```text
//! words: password, sk_live_           marks: pas, k_l
//! host: sk_live_…                     bits: no no no no no no no yes no …, and `sk_live_` stands there
//! ```
//!
//! Knows bytes. Does not know what a word means.
//! Invariant: every place of every word is told, those inside of each other too.
//! Invariant: words are told in the order of their marks, not of their beginnings; a line's are told before the next one's.

use rustc_hash::FxHashMap as HashMap;
use std::ops::ControlFlow;

/// Bytes of a mark.
const MARK: usize = 3;

/// Places that are asked at once.
const AT_ONCE: usize = 8;

/// Bytes that hold the marks at those places, and one more: a processor reads four at once.
const BLOCK: usize = AT_ONCE + MARK;

/// Bits of the hash: 8 KiB of answers stay in the nearest cache, and the marks of some 500 words fill one in seventy.
const HASH_BITS: u32 = 16;

/// A text of at least two bytes to look for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    pub text: String,
    /// What stands behind it wherever it counts. Only asked of a word of two bytes, whose mark is longer than itself.
    pub before: Option<Vec<u8>>,
}

impl Word {
    pub fn new(text: &str) -> Word {
        Word { text: text.to_owned(), before: None }
    }
}

/// A word whose mark is found, and where the mark stands in it.
#[derive(Clone, Copy, Debug)]
struct Marked {
    word: usize,
    offset: usize,
}

#[derive(Debug)]
pub struct Keywords {
    words: Vec<Word>,
    bits: Box<[u64; (1 << HASH_BITS) / 64]>,
    by_mark: HashMap<u32, Vec<Marked>>,
}

impl Keywords {
    pub fn new(words: Vec<Word>) -> Keywords {
        let mut keywords =
            Keywords { words: Vec::new(), bits: Box::new([0; (1 << HASH_BITS) / 64]), by_mark: HashMap::default() };
        for (word, Word { text, before }) in words.iter().enumerate() {
            match text.as_bytes() {
                &[first, second] => {
                    for third in 0..=u8::MAX {
                        if before.as_ref().is_none_or(|before| before.contains(&third)) {
                            keywords.mark([first, second, third], Marked { word, offset: 0 });
                        }
                    }
                }
                bytes => {
                    let rarest = bytes.windows(MARK).enumerate().min_by_key(|(_, window)| commonness(window));
                    let (offset, window) = rarest.expect("a word has at least two bytes");
                    keywords.mark([window[0], window[1], window[2]], Marked { word, offset });
                }
            }
        }
        keywords.words = words;
        keywords
    }

    fn mark(&mut self, bytes: [u8; MARK], marked: Marked) {
        let mark = mark_of(bytes);
        let hash = hash(mark);
        self.bits[hash / 64] |= 1 << (hash % 64);
        self.by_mark.entry(mark).or_default().push(marked);
    }

    /// Tells `found` of the words from a place on, by number and the place of their first byte, until it breaks.
    pub fn each(&self, text: &[u8], from: usize, found: &mut dyn FnMut(usize, usize) -> ControlFlow<()>) {
        let mut at = from;
        while let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
            if self.block(text, from, at, block, found).is_break() {
                return;
            }
            at += AT_ONCE;
        }
        // What is left of the text, with nothing behind it.
        let mut rest = [0; AT_ONCE + BLOCK];
        let left = text.get(at..).unwrap_or_default();
        rest[..left.len()].copy_from_slice(left);
        for step in [0, AT_ONCE] {
            if let Some(block) = rest[step..].first_chunk::<BLOCK>()
                && self.block(text, from, at + step, block, found).is_break()
            {
                return;
            }
        }
    }

    /// The words whose marks begin at the first places of a block, which stands at `at`.
    #[inline]
    fn block(
        &self,
        text: &[u8],
        from: usize,
        at: usize,
        block: &[u8; BLOCK],
        found: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mark = |place: usize| mark_of([block[place], block[place + 1], block[place + 2]]);
        let mut answers = 0;
        for place in 0..AT_ONCE {
            let hash = hash(mark(place));
            answers |= (self.bits[hash / 64] >> (hash % 64) & 1) << place;
        }
        while answers != 0 {
            let place = answers.trailing_zeros() as usize;
            answers &= answers - 1;
            for marked in self.by_mark.get(&mark(place)).into_iter().flatten() {
                if let Some(start) = (at + place).checked_sub(marked.offset)
                    && start >= from
                    && text[start..].starts_with(self.words[marked.word].text.as_bytes())
                {
                    found(marked.word, start)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// The first word from a place on, as a range; of several in one line, the one whose mark comes first.
    pub fn first(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        let mut first = None;
        self.each(text, from, &mut |word, start| {
            first = Some((start, start + self.words[word].text.len()));
            ControlFlow::Break(())
        });
        first
    }

    /// All words of a text by number and place: in the order of their ends, the longer one first, then by number.
    pub fn all(&self, text: &[u8]) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        self.each(text, 0, &mut |word, start| {
            all.push((word, start));
            ControlFlow::Continue(())
        });
        all.sort_unstable_by_key(|&(word, start)| (start + self.words[word].text.len(), start, word));
        all
    }
}

fn mark_of(bytes: [u8; MARK]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0])
}

/// Fibonacci hashing: the upper bits of a product with 2²⁴ divided by the golden ratio, shifted so that a fourth byte
/// would count for nothing.
fn hash(mark: u32) -> usize {
    (mark.wrapping_mul(0x9E37_79B1 << 8) >> (u32::BITS - HASH_BITS)) as usize
}

/// How often bytes stand beside each other in code, roughly: the sum of their places in the order of frequency.
fn commonness(bytes: &[u8]) -> usize {
    /// From the rarest letter of identifiers and keywords to the most frequent one.
    const LETTERS: &[u8; 26] = b"zqjxkvwybhgfpmudclsnioarte";
    let of = |byte: &u8| match byte {
        b'a'..=b'z' => 2 * LETTERS.iter().position(|letter| letter == byte).unwrap_or_default() + 2,
        b'A'..=b'Z' => {
            LETTERS.iter().position(|letter| *letter == byte.to_ascii_lowercase()).unwrap_or_default() / 2 + 2
        }
        b'0'..=b'9' => 12,
        b'_' | b'-' | b'.' | b'/' | b':' | b'"' | b' ' => 20,
        _ => 4,
    };
    bytes.iter().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keywords(words: &[&str]) -> Keywords {
        Keywords::new(words.iter().map(|word| Word::new(word)).collect())
    }

    #[test]
    fn every_place_is_told_wherever_it_stands() {
        let words = ["password", "pass", "ssword", "Pw", "://", "_key", "key"];
        let keywords = keywords(&words);
        for word in words {
            for before in 0..20 {
                for behind in 0..20 {
                    let text = format!("{}{word}{}", " ".repeat(before), " ".repeat(behind));
                    let told = keywords.all(text.as_bytes());
                    let expected =
                        words.iter().enumerate().filter_map(|(number, inner)| Some((number, text.find(inner)?)));
                    let mut expected: Vec<_> = expected.collect();
                    expected.sort_by_key(|&(number, start)| (start + words[number].len(), start));
                    assert_eq!(told, expected, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn a_search_starts_at_its_place() {
        let keywords = keywords(&["secret", "Pw"]);
        let text = b"secret, secret, dbPw";
        assert_eq!(keywords.first(text, 0), Some((0, 6)));
        assert_eq!(keywords.first(text, 1), Some((8, 14)));
        assert_eq!(keywords.first(text, 9), Some((18, 20)));
        assert_eq!(keywords.first(text, 19), None);
        assert_eq!(keywords.first(b"", 0), None);
    }

    #[test]
    fn a_short_word_counts_before_what_follows_it() {
        let keywords = Keywords::new(vec![Word { text: "SK".to_owned(), before: Some(b"0123456789".to_vec()) }]);
        assert_eq!(keywords.all(b"SK1 SKIP SK2"), [(0, 0), (0, 9)]);
    }
}
