//! Drawing by lot: the same values for the same seed.

/// Letters and digits.
pub(crate) const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// The alphabet of base64.
pub(crate) const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The alphabet of base64 in addresses.
pub(crate) const BASE64_URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Capitals and the digits of base 32.
pub(crate) const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Small letters and digits.
pub(crate) const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
/// Capitals and digits.
pub(crate) const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// Small hexadecimal digits.
pub(crate) const HEX: &str = "0123456789abcdef";
/// Decimal digits.
pub(crate) const DIGITS: &str = "0123456789";

/// A seeded source of choices.
pub(crate) struct Lot(fastrand::Rng);

impl Lot {
    pub(crate) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// A number from `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: usize, most: usize) -> usize {
        self.0.usize(least..=most)
    }

    /// True in so many cases of a hundred.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.0.usize(0..100) < percent
    }

    pub(crate) fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.0.usize(0..words.len())]
    }

    /// So many characters of an alphabet.
    pub(crate) fn draw(&mut self, alphabet: &str, length: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..length).map(|_| char::from(letters[self.0.usize(0..letters.len())])).collect()
    }

    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.draw(HEX, length)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.0.u8(..)).collect()
    }

    pub(crate) fn uuid(&mut self) -> String {
        let (first, second, third, last) = (self.hex(8), self.hex(4), self.hex(3), self.hex(12));
        let variant = self.pick(&["8", "9", "a", "b"]);
        let fourth = self.hex(3);
        format!("{first}-{second}-4{third}-{variant}{fourth}-{last}")
    }

    /// One of the makers, and what it makes.
    pub(crate) fn any<T>(&mut self, makers: &[fn(&mut Self) -> T]) -> T {
        let maker = makers[self.0.usize(0..makers.len())];
        maker(self)
    }
}

/// Base64 with padding, which the set needs and no library of the project gives.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let alphabet = BASE64.as_bytes();
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut three = [0; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for place in 0..4 {
            let sextet = number >> (18 - 6 * place) & 63;
            let shown = place <= chunk.len();
            text.push(if shown { char::from(alphabet[sextet as usize]) } else { '=' });
        }
    }
    text
}
