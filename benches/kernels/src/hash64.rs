//! FNV-1a in 64 bits: what 64-bit arithmetic costs on a 32-bit machine.

const LEN: usize = 1_024;
static mut TEXT: [u8; LEN] = [0; LEN];

/// Hashes a text of 1,024 bytes `n` times over, each time seeded with the last hash.
///
/// # Safety
/// Works in static memory: not from two contexts at once.
pub unsafe extern "C" fn run(n: u32) -> u32 {
    // SAFETY: the caller sees to it that nobody else is in here.
    let text = unsafe { (&raw mut TEXT).as_mut_unchecked() };
    for (i, byte) in text.iter_mut().enumerate() {
        *byte = (i as u8).wrapping_mul(37) ^ (i >> 8) as u8;
    }
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for _ in 0..n {
        for byte in text.iter() {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    (hash >> 32) as u32 ^ hash as u32
}
