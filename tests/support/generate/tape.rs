//! Random words that are read one after the other. A word of 0, and the end of the tape, choose what is simplest, so that a failing
//! case shrinks towards a small one.

/// A tape and the place of the reader.
#[derive(Clone, Debug)]
pub struct Tape {
    words: Vec<u32>,
    at: usize,
}

impl Tape {
    /// A tape at its beginning.
    pub const fn new(words: Vec<u32>) -> Self {
        Self { words, at: 0 }
    }

    /// The next word.
    pub fn word(&mut self) -> u32 {
        let word = self.words.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        word
    }

    /// A number below `end`, which is above 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.word() as usize % end
    }

    /// True `percent` times out of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of `options`, of which there is at least one.
    pub fn pick<T: Clone>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())].clone()
    }

    /// At most `most` different ones of `options`, in their order.
    pub fn some<T: Clone>(&mut self, options: &[T], most: usize) -> Vec<T> {
        let mut left = self.below(most + 1);
        let mut taken = Vec::new();
        for (index, option) in options.iter().enumerate() {
            let rest = options.len() - index;
            if left > 0 && self.below(rest) < left {
                taken.push(option.clone());
                left -= 1;
            }
        }
        taken
    }
}
