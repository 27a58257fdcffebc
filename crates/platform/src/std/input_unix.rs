//! Standard input without a buffer in between: what waits for input asks the system, which knows nothing of bytes that
//! a buffer holds back. A child of this process finds the bytes that the guest has not read.

use rust_std::fs::File;
use rust_std::io::{self, Read};
use rust_std::os::fd::AsFd;
use rust_std::sync::LazyLock;

/// A second descriptor of standard input; none if there is no first one.
static INPUT: LazyLock<Option<File>> = LazyLock::new(|| io::stdin().as_fd().try_clone_to_owned().ok().map(File::from));

/// Reads what there is. Without standard input, that is its end.
pub fn read(buffer: &mut [u8]) -> io::Result<usize> {
    INPUT.as_ref().map_or(Ok(0), |mut input| input.read(buffer))
}
