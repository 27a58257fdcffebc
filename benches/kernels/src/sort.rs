//! Shell sort: loads, stores and a data-dependent inner loop.

const LEN_MAX: usize = 2_000;
static mut WORDS: [u32; LEN_MAX] = [0; LEN_MAX];

/// Fills `n` words (at most 2,000) from a linear congruential generator, sorts them, and sums them by rank.
///
/// # Safety
/// Works in static memory: not from two contexts at once.
pub unsafe extern "C" fn run(n: u32) -> u32 {
    let len = (n as usize).min(LEN_MAX);
    // SAFETY: the caller sees to it that nobody else is in here.
    let words = unsafe { (&raw mut WORDS).as_mut_unchecked().get_unchecked_mut(..len) };
    let mut seed = 12_345_u32;
    for word in words.iter_mut() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *word = seed >> 8;
    }
    sort(words);
    words
        .iter()
        .enumerate()
        .fold(0, |sum: u32, (rank, word)| sum.rotate_left(1).wrapping_add(word.wrapping_mul(rank as u32 + 1)))
}

fn sort(words: &mut [u32]) {
    let mut gap = 1;
    while gap < words.len() / 3 {
        gap = 3 * gap + 1;
    }
    while gap > 0 {
        for i in gap..words.len() {
            // SAFETY: `gap <= j <= i < len` holds throughout the loop.
            unsafe {
                let word = *words.get_unchecked(i);
                let mut j = i;
                while j >= gap && *words.get_unchecked(j - gap) > word {
                    *words.get_unchecked_mut(j) = *words.get_unchecked(j - gap);
                    j -= gap;
                }
                *words.get_unchecked_mut(j) = word;
            }
        }
        gap /= 3;
    }
}
