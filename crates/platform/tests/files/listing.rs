//! Listing directories by cookies.

use std::collections::BTreeSet;
use std::fs;

use super::*;
use moteur_platform::FileType;

#[test]
fn an_empty_directory_has_no_entries() {
    let tree = Tree::new();
    assert!(list(&tree.files, tree.root, 0).is_empty());
    assert_eq!(tree.files.entry(tree.root, u64::MAX, &mut [0; 4]), Ok(None));
    assert_eq!(tree.files.entry(tree.root, 1, &mut [0; 4]), Ok(None));
}

#[test]
fn entries_say_what_status_says() {
    let tree = Tree::new();
    tree.put("file", b"bytes");
    fs::create_dir(tree.host("directory")).unwrap();
    let mut expected = vec![("directory", FileType::Directory), ("file", FileType::Regular)];
    if cfg!(unix) {
        tree.files.symlink("nowhere", tree.root, "link").unwrap();
        expected.push(("link", FileType::SymbolicLink));
    }
    let mut all = list(&tree.files, tree.root, 0);
    all.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(all.len(), expected.len());
    for ((name, entry), (expected_name, file_type)) in all.iter().zip(expected) {
        let status = tree.files.status_at(tree.root, name, false).unwrap();
        assert_eq!((&**name, entry.file_type), (expected_name, file_type));
        assert_eq!((status.file_type, status.inode), (entry.file_type, entry.inode));
    }
}

#[test]
fn names_are_cut_to_the_buffer() {
    let tree = Tree::new();
    tree.put("a long name", b"");
    let mut name = [b'.'; 6];
    let entry = tree.files.entry(tree.root, 0, &mut name).unwrap().unwrap();
    assert_eq!((entry.name_len, &name), (11, b"a long"));
    let mut name = [b'.'; 13];
    tree.files.entry(tree.root, 0, &mut name).unwrap().unwrap();
    assert_eq!(&name, b"a long name..");
    assert_eq!(tree.files.entry(tree.root, 0, &mut []).unwrap(), Some(entry));
}

#[test]
fn any_cookie_can_be_asked_for() {
    let tree = Tree::new();
    let names: BTreeSet<String> = (0..200).map(|n| format!("file.{n}")).collect();
    for name in &names {
        tree.put(name, b"");
    }
    let all = list(&tree.files, tree.root, 0);
    assert_eq!(all.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>(), names);
    assert_eq!(all.len(), 200);
    // Onwards, back by one as after a full buffer, far back, behind the end.
    let cookies: Vec<u64> = [0].into_iter().chain(all.iter().map(|(_, entry)| entry.next)).collect();
    for start in [0, 1, 199, 198, 3, 150, 149, 150, 117, 118, 0, 200] {
        assert_eq!(list(&tree.files, tree.root, cookies[start]), all[start..], "{start}");
    }
    assert_eq!(tree.files.entry(tree.root, u64::MAX, &mut [0; 4]), Ok(None));
    // A handle of its own begins where it is asked to.
    let other = tree.open(".", DIRECTORY).unwrap();
    assert_eq!(list(&tree.files, other, cookies[190]), all[190..]);
}

#[test]
fn what_is_removed_while_listing_hides_nothing_else() {
    let tree = Tree::new();
    for n in 0..500 {
        tree.put(&format!("file.{n}"), b"");
    }
    let mut seen = BTreeSet::new();
    let (mut cookie, mut name) = (0, [0; 100]);
    while let Some(entry) = tree.files.entry(tree.root, cookie, &mut name).unwrap() {
        let name = std::str::from_utf8(&name[..entry.name_len as usize]).unwrap();
        assert!(seen.insert(name.to_owned()));
        tree.files.remove_file(tree.root, name).unwrap();
        cookie = entry.next;
    }
    assert_eq!(seen.len(), 500);
    assert!(list(&tree.files, tree.root, 0).is_empty());
}

#[test]
fn a_new_listing_sees_what_is_new() {
    let tree = Tree::new();
    assert!(list(&tree.files, tree.root, 0).is_empty());
    tree.put("new", b"");
    assert_eq!(list(&tree.files, tree.root, 0).len(), 1);
    tree.files.remove_file(tree.root, "new").unwrap();
    assert!(list(&tree.files, tree.root, 0).is_empty());
}
