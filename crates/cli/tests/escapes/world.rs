//! A directory that a guest is given, and one beside it that it must neither read nor change.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// A new folder that `cargo clean` removes.
pub fn new_folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("escapes-{}-{number}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// `inside` for the guest with a file and a directory, `outside` with what is not for it.
pub struct World {
    pub folder: PathBuf,
    before: BTreeMap<PathBuf, String>,
}

impl World {
    pub fn new() -> World {
        let folder = new_folder();
        fs::create_dir_all(folder.join("inside/sub")).unwrap();
        fs::write(folder.join("inside/file"), "for the guest").unwrap();
        fs::write(folder.join("inside/sub/file"), "for the guest too").unwrap();
        fs::create_dir_all(folder.join("outside/empty")).unwrap();
        fs::write(folder.join("outside/secret"), "not for the guest").unwrap();
        let before = snapshot(&folder.join("outside"));
        World { folder, before }
    }

    pub fn inside(&self) -> PathBuf {
        self.folder.join("inside")
    }

    pub fn outside(&self) -> PathBuf {
        self.folder.join("outside")
    }

    /// A symbolic link in the guest's directory, made by the host.
    pub fn link(&self, text: impl AsRef<Path>, name: &str) {
        symlink(text, self.inside().join(name)).unwrap();
    }

    /// The option that gives the guest its directory.
    pub fn option(&self) -> String {
        format!("{}::/", self.inside().display())
    }

    /// The other directory must be as it was.
    #[track_caller]
    pub fn check(&self) {
        assert_eq!(snapshot(&self.outside()), self.before);
    }
}

/// Every name below a folder, with what a file holds, how many names it has and when it was written.
pub fn snapshot(folder: &Path) -> BTreeMap<PathBuf, String> {
    use std::os::unix::fs::MetadataExt;
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let facts = format!("{} {} {}", metadata.mtime(), metadata.mtime_nsec(), metadata.mode());
            let content = if metadata.is_symlink() {
                format!("link to {:?}", fs::read_link(&path).unwrap())
            } else if metadata.is_dir() {
                folders.push(path.clone());
                "a directory".to_owned()
            } else {
                format!("{:?}, {} names", fs::read_to_string(&path).unwrap(), metadata.nlink())
            };
            all.insert(path, format!("{content} {facts}"));
        }
    }
    all
}
