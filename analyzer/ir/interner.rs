//! Strings of one module, each stored once.
//!
//! A lowering interns every identifier that it meets, so this is on the hot path of every file: the texts share one
//! buffer and the table holds numbers only.
//! Invariant: equal texts have equal symbols, and symbols are numbered in the order of their first use.

use super::Sym;

#[derive(Clone, Debug, Default)]
pub struct Interner {
    /// All texts, one after the other.
    texts: String,
    /// Where each text ends in `texts`.
    ends: Vec<u32>,
    hashes: Vec<u32>,
    /// Open addressing, a power of two long and at most half full: a symbol plus one, or 0.
    slots: Vec<u32>,
}

impl Interner {
    pub fn intern(&mut self, text: &str) -> Sym {
        if self.slots.len() < (self.ends.len() + 1) * 2 {
            self.grow();
        }
        let hash = hash_of(text.as_bytes());
        let slot = match self.find(text, hash) {
            Ok(sym) => return sym,
            Err(slot) => slot,
        };
        let sym = Sym(self.ends.len() as u32);
        self.texts.push_str(text);
        self.ends.push(self.texts.len() as u32);
        self.hashes.push(hash);
        self.slots[slot] = sym.0 + 1;
        sym
    }

    pub fn get(&self, sym: Sym) -> &str {
        let start = if sym.0 == 0 { 0 } else { self.ends[sym.index() - 1] };
        &self.texts[start as usize..self.ends[sym.index()] as usize]
    }

    /// All texts, in the order of their symbols.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|at| self.get(Sym(at as u32)))
    }

    /// Number of texts; their symbols are below it.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The symbol of a text that the module holds already.
    pub fn lookup(&self, text: &str) -> Option<Sym> {
        if self.slots.is_empty() { None } else { self.find(text, hash_of(text.as_bytes())).ok() }
    }

    /// Gives back what was reserved for more texts.
    pub fn shrink_to_fit(&mut self) {
        self.texts.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.hashes.shrink_to_fit();
    }

    /// The text's symbol, or the slot where it belongs.
    fn find(&self, text: &str, hash: u32) -> Result<Sym, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            match self.slots[slot] {
                0 => return Err(slot),
                taken => {
                    let sym = Sym(taken - 1);
                    if self.hashes[sym.index()] == hash && self.get(sym) == text {
                        return Ok(sym);
                    }
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let length = (self.slots.len() * 2).max(64);
        self.slots.clear();
        self.slots.resize(length, 0);
        for (index, &hash) in self.hashes.iter().enumerate() {
            let mut slot = hash as usize & (length - 1);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (length - 1);
            }
            self.slots[slot] = index as u32 + 1;
        }
    }
}

/// Multiply and rotate over words of eight bytes, as rustc's `FxHasher` does: identifiers are short.
fn hash_of(bytes: &[u8]) -> u32 {
    const FACTOR: u64 = 0x51_7c_c1_b7_27_22_0a_95;
    let mut hash = bytes.len() as u64;
    let (words, rest) = bytes.as_chunks::<8>();
    for &word in words {
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    hash = (hash.rotate_left(5) ^ u64::from_le_bytes(last)).wrapping_mul(FACTOR);
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::Interner;

    #[test]
    fn equal_texts_have_equal_symbols() {
        let mut interner = Interner::default();
        let texts: Vec<String> = (0..2_000).map(|n| format!("name{n}é")).collect();
        let first: Vec<_> = texts.iter().map(|text| interner.intern(text)).collect();
        for (text, &sym) in texts.iter().zip(&first) {
            assert_eq!(interner.intern(text), sym);
            assert_eq!(interner.lookup(text), Some(sym));
            assert_eq!(interner.get(sym), text);
        }
        let empty = interner.intern("");
        assert_eq!(interner.get(empty), "");
    }

    #[test]
    fn an_unknown_text_has_no_symbol() {
        let mut interner = Interner::default();
        assert_eq!(interner.lookup("a"), None);
        interner.intern("a");
        assert_eq!(interner.lookup("b"), None);
    }
}
