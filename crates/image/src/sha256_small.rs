//! SHA-256 in little code. `sha2` takes 7.4 KB of a small firmware, as its compact form is a flag of whoever compiles the
//! program; what else is small can panic. This takes a tenth, and three times as long.

/// A hash on the way.
pub struct Sha256 {
    state: [u32; 8],
    /// The block that is being filled, byte by byte from each word's lower end. Afterwards: the last 16 words of the message
    /// schedule.
    words: [u32; 16],
    /// How many bytes there were.
    bytes: u64,
}

const BLOCK_BYTES: usize = 64;

/// SPEC: FIPS 180-4, 4.2.2: the first bits of the fractions of the cube roots of the first 64 primes.
const ROUNDS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
];

impl Sha256 {
    /// The hash of nothing yet.
    pub fn new() -> Sha256 {
        // SPEC: FIPS 180-4, 5.3.3.
        let state = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
        Sha256 { state, words: [0; 16], bytes: 0 }
    }

    /// Goes on with these bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.push(*byte));
    }

    /// The hash of all bytes.
    pub fn finalize(mut self) -> [u8; 32] {
        let bits = self.bytes.wrapping_mul(8);
        self.push(0x80);
        while self.bytes % BLOCK_BYTES as u64 != BLOCK_BYTES as u64 - 8 {
            self.push(0);
        }
        self.update(&bits.to_be_bytes());
        let mut hash = [0; 32];
        for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(self.state) {
            *bytes = word.to_be_bytes();
        }
        hash
    }

    fn push(&mut self, byte: u8) {
        let word = &mut self.words[self.bytes as usize / 4 % 16];
        *word = *word << 8 | u32::from(byte);
        self.bytes = self.bytes.wrapping_add(1);
        if self.bytes.is_multiple_of(BLOCK_BYTES as u64) {
            self.compress();
        }
    }

    /// SPEC: FIPS 180-4, 6.2.2. Of the message schedule, the last 16 words are kept.
    fn compress(&mut self) {
        let words = &mut self.words;
        let mut state = self.state;
        for (round, constant) in ROUNDS.iter().enumerate() {
            if round >= 16 {
                let (a, b) = (words[(round + 1) % 16], words[(round + 14) % 16]);
                let a = a.rotate_right(7) ^ a.rotate_right(18) ^ a >> 3;
                let b = b.rotate_right(17) ^ b.rotate_right(19) ^ b >> 10;
                words[round % 16] =
                    words[round % 16].wrapping_add(a).wrapping_add(words[(round + 9) % 16]).wrapping_add(b);
            }
            let [a, b, c, d, e, f, g, h] = state;
            let first = h
                .wrapping_add(e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25))
                .wrapping_add(e & f ^ !e & g)
                .wrapping_add(*constant)
                .wrapping_add(words[round % 16]);
            let second =
                (a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22)).wrapping_add(a & b ^ a & c ^ b & c);
            state = [first.wrapping_add(second), a, b, c, d.wrapping_add(first), e, f, g];
        }
        for (old, new) in self.state.iter_mut().zip(state) {
            *old = old.wrapping_add(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use sha2::Digest;

    #[test]
    fn it_is_the_hash_that_the_library_makes() {
        let bytes: Vec<u8> = (0..1000_u32).map(|at| (at * 7 + at / 3) as u8).collect();
        for len in (0..200).chain([255, 256, 257, 512, 999]) {
            let mut hash = super::Sha256::new();
            let (first, rest) = bytes[..len].split_at(len / 3);
            hash.update(first);
            hash.update(rest);
            assert_eq!(hash.finalize()[..], sha2::Sha256::digest(&bytes[..len])[..], "{len} bytes");
        }
    }
}
