//! What the tests of file systems share: flags, a look at a whole tree, random numbers that are the same each time.

#![allow(dead_code)] // Each test uses a part.

use std::collections::BTreeMap;

use moteur_platform::{FileType, Files, Handle, Open};

pub const READ: Open = Open {
    read: true,
    write: false,
    append: false,
    create: false,
    exclusive: false,
    truncate: false,
    directory: false,
    follow: true,
    nonblocking: false,
    sync: false,
};
pub const WRITE: Open = Open { read: false, write: true, ..READ };
pub const BOTH: Open = Open { write: true, ..READ };
pub const CREATE: Open = Open { create: true, ..BOTH };

/// Names in a directory with their types, in order.
pub fn list(files: &dyn Files, directory: Handle) -> BTreeMap<String, FileType> {
    let mut found = BTreeMap::new();
    let mut cookie = 0;
    let mut name = [0; 256];
    while let Some(entry) = files.entry(directory, cookie, &mut name).unwrap() {
        let text = std::str::from_utf8(&name[..entry.name_len as usize]).unwrap();
        assert_eq!(found.insert(text.to_string(), entry.file_type), None, "{text} is listed twice");
        assert_ne!(entry.next, cookie);
        cookie = entry.next;
    }
    found
}

/// All of a file.
pub fn contents(files: &dyn Files, file: Handle) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0xee; 100];
    loop {
        match files.read_at(file, &mut buffer, all.len() as u64).unwrap() {
            0 => return all,
            count => all.extend(&buffer[..count]),
        }
    }
}

/// Every path with what is in the file, or `None` for a directory.
pub fn snapshot(files: &dyn Files, root: Handle) -> BTreeMap<String, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut directories = vec![(root, String::new())];
    while let Some((directory, prefix)) = directories.pop() {
        for (name, file_type) in list(files, directory) {
            let handle = files.open(directory, &name, READ).unwrap();
            let path = format!("{prefix}{name}");
            assert_eq!(files.status(handle).unwrap().file_type, file_type);
            if file_type == FileType::Directory {
                directories.push((handle, format!("{path}/")));
                found.insert(path, None);
            } else {
                let bytes = contents(files, handle);
                assert_eq!(files.status(handle).unwrap().size, bytes.len() as u64);
                found.insert(path, Some(bytes));
                files.close(handle);
            }
        }
        if directory != root {
            files.close(directory);
        }
    }
    found
}

/// xorshift64*.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}
