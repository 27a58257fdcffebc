//! Files of which an operation fails.

use super::Count;
use crate::{Entry, Error, Files, Handle, Open, Status, Time};

/// Wraps files; all their operations are counted, except giving back handles, and fail on request, as those of
/// [`Fault`](super::Fault) do.
pub struct FaultFiles<'a> {
    inner: &'a dyn Files,
    count: Count,
}

impl<'a> FaultFiles<'a> {
    /// Wraps `inner`; nothing fails yet.
    pub const fn new(inner: &'a dyn Files) -> FaultFiles<'a> {
        FaultFiles { inner, count: Count::new() }
    }

    /// Lets `n` more operations succeed and all after them fail with `error`; `None` ends it. The count starts anew.
    pub fn fail_after(&self, n: Option<u32>, error: Error) {
        self.count.fail_after(n, error);
    }

    /// How many operations there were since the start or the last `fail_after`, the failed ones included.
    pub fn operations(&self) -> u32 {
        self.count.operations()
    }
}

impl Files for FaultFiles<'_> {
    fn open(&self, at: Handle, path: &str, how: Open) -> Result<Handle, Error> {
        self.count.operation()?;
        self.inner.open(at, path, how)
    }

    /// Never fails, and is not counted.
    fn close(&self, handle: Handle) {
        self.inner.close(handle);
    }

    fn status(&self, handle: Handle) -> Result<Status, Error> {
        self.count.operation()?;
        self.inner.status(handle)
    }

    fn status_at(&self, at: Handle, path: &str, follow: bool) -> Result<Status, Error> {
        self.count.operation()?;
        self.inner.status_at(at, path, follow)
    }

    fn read_at(&self, file: Handle, buffer: &mut [u8], offset: u64) -> Result<usize, Error> {
        self.count.operation()?;
        self.inner.read_at(file, buffer, offset)
    }

    fn entry(&self, directory: Handle, cookie: u64, name: &mut [u8]) -> Result<Option<Entry>, Error> {
        self.count.operation()?;
        self.inner.entry(directory, cookie, name)
    }

    fn write_at(&self, file: Handle, bytes: &[u8], offset: u64) -> Result<usize, Error> {
        self.count.operation()?;
        self.inner.write_at(file, bytes, offset)
    }

    fn append(&self, file: Handle, bytes: &[u8]) -> Result<usize, Error> {
        self.count.operation()?;
        self.inner.append(file, bytes)
    }

    fn set_size(&self, file: Handle, bytes: u64) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.set_size(file, bytes)
    }

    fn set_times(&self, handle: Handle, accessed: Time, modified: Time) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.set_times(handle, accessed, modified)
    }

    fn set_times_at(&self, at: Handle, path: &str, follow: bool, accessed: Time, modified: Time) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.set_times_at(at, path, follow, accessed, modified)
    }

    fn set_flags(&self, file: Handle, nonblocking: bool, sync: bool) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.set_flags(file, nonblocking, sync)
    }

    fn sync(&self, handle: Handle, data_only: bool) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.sync(handle, data_only)
    }

    fn create_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.create_directory(at, path)
    }

    fn remove_directory(&self, at: Handle, path: &str) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.remove_directory(at, path)
    }

    fn remove_file(&self, at: Handle, path: &str) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.remove_file(at, path)
    }

    fn rename(&self, at: Handle, path: &str, new_at: Handle, new_path: &str) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.rename(at, path, new_at, new_path)
    }

    fn link(&self, at: Handle, path: &str, new_at: Handle, new_path: &str) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.link(at, path, new_at, new_path)
    }

    fn symlink(&self, text: &str, at: Handle, path: &str) -> Result<(), Error> {
        self.count.operation()?;
        self.inner.symlink(text, at, path)
    }

    fn read_link(&self, at: Handle, path: &str, buffer: &mut [u8]) -> Result<usize, Error> {
        self.count.operation()?;
        self.inner.read_link(at, path, buffer)
    }
}
