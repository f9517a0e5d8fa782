//! What a token says about itself beyond its shape: checksums, a decodable header, the body of a private key.
//!
//! Knows GitHub's and npm's checksum, JSON Web Tokens and PEM. Does not know where the text stands.
//! Invariant: nothing is verified over a network; a clock is never asked.

use crate::secrets::values::is_placeholder;

/// Whether the last six characters are the base-62 CRC32 of the thirty before them
/// (<https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>; npm's tokens are
/// made the same way). `body` is what follows the prefix.
pub fn has_checksum(body: &str) -> bool {
    if body.len() != 36 || !body.is_ascii() {
        return false;
    }
    let (random, sum) = body.split_at(30);
    base62(crc32(random.as_bytes())) == sum
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

/// Six digits of 0-9A-Za-z, zero-padded.
fn base62(mut number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits.iter().map(|&b| char::from(b)).collect()
}

/// Whether a text of three dotted parts is a signed token: a JSON header with `alg`, a JSON body that is not the one of
/// the documentation, and a signature.
pub fn is_signed_jwt(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let &[header, body, signature] = parts.as_slice() else { return false };
    let json = |part: &str| {
        base64(part).and_then(|bytes| serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&bytes).ok())
    };
    let (Some(header), Some(body)) = (json(header), json(body)) else { return false };
    let algorithm = header.get("alg").and_then(|alg| alg.as_str()).unwrap_or("none");
    // https://jwt.io shows {"sub":"1234567890","name":"John Doe",…}.
    let is_documentation = body.get("name").and_then(|name| name.as_str()) == Some("John Doe")
        || body.get("sub").and_then(|sub| sub.as_str()) == Some("1234567890");
    !algorithm.eq_ignore_ascii_case("none") && signature.len() >= 20 && !is_documentation && !is_placeholder(signature)
}

/// Bytes of base 64 in either alphabet, padding optional.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let mut bits = 0_u32;
    let mut count = 0;
    for c in text.trim_end_matches('=').bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

/// Base-64 characters that a key's body needs; a header alone is what parsers and documentation hold.
const PEM_BODY: usize = 40;

/// The end of the private key whose header starts at the beginning of `bytes`: header, body, and footer where it stands.
/// Line breaks may be real, escaped (`\n`), or between concatenated literals.
pub fn pem_end(bytes: &[u8]) -> Option<usize> {
    let header_end = find(&bytes[..bytes.len().min(120)], b"PRIVATE KEY")? + b"PRIVATE KEY".len();
    let mut at = header_end;
    let mut run = 0;
    let mut body = 0;
    let mut distinct = [false; 256];
    // `Proc-Type: 4,ENCRYPTED` and `DEK-Info: …` lines stand before the body of an encrypted key.
    while at < bytes.len() && at < 16_384 {
        let byte = bytes[at];
        if bytes[at..].starts_with(b"-----END") {
            break;
        }
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'=' | b'+' => {
                run += 1;
                distinct[usize::from(byte)] = true;
                body = body.max(run);
            }
            b'\\' if matches!(bytes.get(at + 1), Some(b'n' | b'r' | b'\n')) => at += 1,
            b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'`' | b',' | b'#' | b'*' => {}
            b'-' | b':' => run = 0,
            _ => return None,
        }
        at += 1;
    }
    let footer = find(&bytes[at..bytes.len().min(at + 60)], b"KEY-----").map_or(at, |found| at + found + 8);
    let kinds = distinct.iter().filter(|&&seen| seen).count();
    (body >= PEM_BODY && kinds >= 12).then_some(footer)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_verified() {
        let random = "0123456789abcdefghijABCDEFGHIJ";
        let good = format!("{random}{}", base62(crc32(random.as_bytes())));
        assert!(has_checksum(&good));
        assert!(!has_checksum(&format!("{random}000000")));
        // The check value of CRC-32/ISO-HDLC.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_token_needs_a_header_a_body_and_a_signature() {
        // {"alg":"HS256"} . {"sub":"a"} . signature
        let header = "eyJhbGciOiJIUzI1NiJ9";
        let body = "eyJzdWIiOiJhIn0";
        assert!(is_signed_jwt(&format!("{header}.{body}.q1w2e3r4t5y6u7i8o9p0ASDF")));
        assert!(!is_signed_jwt(&format!("{header}.{body}.")));
        assert!(!is_signed_jwt("eyJhbGci.not.base64url-signature-here"));
    }

    #[test]
    fn a_header_without_a_key_is_no_key() {
        let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7".to_owned();
        let key = format!("-----BEGIN PRIVATE KEY-----\n{line}\n-----END PRIVATE KEY-----\n");
        assert_eq!(pem_end(key.as_bytes()), Some(key.len() - 1));
        assert_eq!(pem_end(b"-----BEGIN PRIVATE KEY-----\" in text"), None);
        let escaped = format!("-----BEGIN RSA PRIVATE KEY-----\\n{line}\\n-----END RSA PRIVATE KEY-----");
        assert!(pem_end(escaped.as_bytes()).is_some());
    }
}
