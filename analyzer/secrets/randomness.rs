//! How much a text looks like the output of a random generator rather than like something a person wrote.
//!
//! Knows letters, digits and how often two letters follow each other in the words of source code. Does not know names,
//! placeholders or providers.
//! Invariant: pure functions of the text; no dictionary, no file, no state.
//!
//! ```text
//! v9dn0balpqas1pcc281tn5ood1      random
//! super-secret-signing-key-1      words
//! ```

/// `1.5 × log2(p(second | first) × 26) + 5` of two lower-case letters, clamped to 0–9: 5 is what uniform letters have.
/// Counted on the 41,891 words of three and more letters in the Python 3.11 standard library, each weighted by the
/// square root of its count. Of random lower-case letters 9 % of the runs of five and 1.4 % of the runs of twelve score
/// above the uniform level; of words 87 % and 99 %.
const FOLLOWS: [&[u8; 26]; 26] = [
    b"15660140502767050868422230",
    b"74537210740832730663700050",
    b"70437107506621910547500020",
    b"73359410910512620563510020",
    b"51674430200557142886032520",
    b"62347710900622820655600030",
    b"60229146700636620773510000",
    b"90029000800432810546400030",
    b"54655450000659740577040204",
    b"80348400634122830271824020",
    b"62249250820604430274404020",
    b"70259200800712730055410060",
    b"85139000701451780053500010",
    b"70677480603313520078430010",
    b"34660340303669460865645100",
    b"80228104602701750846500050",
    b"20130310200624100463930000",
    b"71449230702454730466320040",
    b"50628216702422561279601030",
    b"71429206800421630765401050",
    b"56535430500768360777000000",
    b"91309200800021510122000000",
    b"81247206802406720762002000",
    b"54748503700443480249110540",
    b"43536341600666590377033022",
    b"70019301800231630223100031",
];

/// Bits per character by the frequencies in the text itself (Shannon).
pub fn entropy(text: &str) -> f64 {
    let mut counts: Vec<(char, u32)> = Vec::new();
    let mut total = 0_u32;
    for c in text.chars() {
        total += 1;
        match counts.iter_mut().find(|(seen, _)| *seen == c) {
            Some((_, count)) => *count += 1,
            None => counts.push((c, 1)),
        }
    }
    let total = f64::from(total);
    counts
        .iter()
        .map(|&(_, count)| {
            let p = f64::from(count) / total;
            -p * p.log2()
        })
        .sum()
}

/// How word-like a run of letters is: above 0 is more like a word than like uniform letters.
fn run_score(run: &[u8]) -> i32 {
    run.windows(2)
        .map(|pair| {
            let (a, b) = (usize::from(pair[0] - b'a'), usize::from(pair[1] - b'a'));
            i32::from(FOLLOWS[a][b] - b'0') - 5
        })
        .sum()
}

/// The runs of letters in a text, split at case changes (`fooBar`) and at anything that is no letter, in lower case.
pub fn letter_runs(text: &str) -> Vec<String> {
    let mut runs = Vec::new();
    let mut run = String::new();
    let mut before = ' ';
    for c in text.chars() {
        let starts = !c.is_ascii_alphabetic() || (c.is_ascii_uppercase() && before.is_ascii_lowercase());
        if starts && !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
        if c.is_ascii_alphabetic() {
            run.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

/// Share of the text's characters that stand in word-like runs of three and more letters, 0 to 1. Separators do not
/// count. A run of three needs a clear score, because chance makes many of them.
pub fn wordiness(text: &str) -> f64 {
    let counted = text.chars().filter(|c| c.is_alphanumeric()).count() as u32;
    if counted == 0 {
        return 0.0;
    }
    let wordy: u32 = letter_runs(text)
        .iter()
        .filter(|run| {
            let score = run_score(run.as_bytes());
            match run.len() {
                0..=2 => false,
                3 => score >= 3,
                4 => score >= 2,
                _ => score > 0,
            }
        })
        .map(|run| run.len() as u32)
        .sum();
    f64::from(wordy) / f64::from(counted)
}

/// Lower-case letters, upper-case letters, digits, anything else: how many of the four kinds the text has.
pub fn classes(text: &str) -> usize {
    usize::from(text.bytes().any(|b| b.is_ascii_lowercase()))
        + usize::from(text.bytes().any(|b| b.is_ascii_uppercase()))
        + usize::from(text.bytes().any(|b| b.is_ascii_digit()))
        + usize::from(text.chars().any(|c| !c.is_ascii_alphanumeric()))
}

/// How often the kind of character changes from one to the next.
fn changes(text: &str) -> usize {
    let kind = |b: u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    text.as_bytes().windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count()
}

pub fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `8-4-4-4-12` hex digits.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, b)| match index {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Whether half of the text or more is runs of four and more neighbours in the alphabet, in the digits, on a keyboard's
/// row, or of one character: `1234567890`, `abcdefgh`, `qwertyuiop`, `aaaaaaaa`, `00000000`.
pub fn is_sequence(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let follows = |a: u8, b: u8| {
        a == b
            || (a.is_ascii_alphanumeric() && b == a + 1)
            || (b.is_ascii_alphanumeric() && a == b + 1)
            || (a == b'9' && b == b'0')
            || ["qwertyuiop", "asdfghjkl", "zxcvbnm"].iter().any(|row| row.as_bytes().windows(2).any(|w| w == [a, b]))
    };
    let mut inside = 0;
    let mut run = 1;
    for index in 1..=bytes.len() {
        if index < bytes.len() && follows(bytes[index - 1], bytes[index]) {
            run += 1;
            continue;
        }
        if run >= 4 {
            inside += run;
        }
        run = 1;
    }
    inside * 2 >= bytes.len() && inside > 0
}

/// Whether a generator made it. Needs eight characters; the longer the text, the less its make-up has to say.
pub fn looks_random(text: &str) -> bool {
    let length = text.chars().count();
    if length < 8 || is_sequence(text) {
        return false;
    }
    if is_uuid(text) {
        return entropy(text) >= 2.8;
    }
    if is_hex(text) {
        let mixed = text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic());
        return length >= 16 && mixed && entropy(text) >= 2.5;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return length >= 16 && entropy(text) >= 2.5;
    }
    let wordy = wordiness(text);
    if is_spelled(text) {
        return length >= 24 && wordy < 0.25 && entropy(text) >= 3.5;
    }
    if length < 16 {
        let varied = classes(text) >= 3 && changes(text) >= 3 || length >= 10 && changes(text) >= 4;
        return varied && wordy < 0.45 && entropy(text) >= 2.7;
    }
    let limit = if changes(text) >= 5 { 0.5 } else { 0.4 };
    entropy(text) >= 3.0 && wordy < limit && (changes(text) >= 2 || length >= 24)
}

/// `X-Api-Key`, `arn:aws:iam::role`, `or-md5-password`: letters between separators, each part all lower, all upper or
/// capitalised, with two digits behind it at most. Generators mix.
fn is_spelled(text: &str) -> bool {
    text.split(['-', '_', '.', ':', '/', '+']).all(|part| {
        let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let tail = letters.get(1..).unwrap_or("");
        part.len() - letters.len() <= 2
            && (letters.bytes().all(|b| b.is_ascii_lowercase())
                || letters.bytes().all(|b| b.is_ascii_uppercase())
                || (letters.starts_with(|c: char| c.is_ascii_uppercase())
                    && tail.bytes().all(|b| b.is_ascii_lowercase())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Deterministic characters of an alphabet.
    fn generated(alphabet: &str, length: usize, seed: u64) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        (0..length)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                letters[(state >> 33) as usize % letters.len()]
            })
            .collect()
    }

    #[test]
    fn generated_texts_are_random() {
        let alphabets = [
            ("abcdefghijklmnopqrstuvwxyz0123456789", 24),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 16),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 40),
            ("0123456789abcdef", 32),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20),
        ];
        for (alphabet, length) in alphabets {
            let missed = (1..=500).filter(|&seed| !looks_random(&generated(alphabet, length, seed))).count();
            assert!(missed <= 25, "{missed} of 500 texts of {length} from {alphabet} are not seen as random");
        }
    }

    #[test]
    fn words_are_not_random() {
        let texts = [
            "super-secret-signing-key-1",
            "notFoundToken",
            "kubernetes.io/service-account-token",
            "access_token_cookie",
            "correct-horse-battery-staple",
            "SuperSecretPhrase!!",
            "application/json",
            "django.contrib.auth.hashers",
            "authenticationFlowTokenHandler2",
            "X-Forwarded-Access-Token",
            "admin123",
            "Passw0rd!",
            "password12345678",
            "1234567890abcdef1234567890",
            "00000000-0000-0000-0000-000000000000",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "user_settings_v2_cache_key",
            "smsbao-api-key-or-md5-password",
            "arn:aws:iam::role",
            "https://accounts.example.com/oauth2",
        ];
        for text in texts {
            assert!(!looks_random(text), "{text}");
        }
    }

    #[test]
    fn entropy_is_in_bits_per_character() {
        assert!((entropy("aabb") - 1.0).abs() < 1e-9);
        assert!(entropy("aaaa").abs() < 1e-9);
    }
}
