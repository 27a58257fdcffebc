//! Paths, resolved in one place for every file system here: that nothing leads out of a directory is proved once.
//!
//! A path is text; names are separated by `/`. [`walk`] goes along it with a [`Cursor`], one name at a time, down and up
//! as the path says, and counts how deep it stands: the step that would leave the directory where it began is
//! [`Error::Escapes`]. A name is looked up before a `..` behind it is followed, so `nothing/..` is not found. There
//! are no symbolic links, so up is always where it came from.

use moteur_platform::Error;

/// The longest path, in bytes; a longer one is [`Error::NameTooLong`]. It bounds the work that one call can ask for.
pub const PATH_BYTES_MAX: usize = 4096;

/// Stands in a directory of some tree.
pub trait Cursor {
    /// Goes down into the directory of that name, or says [`Error::NotFound`] or [`Error::NotDirectory`].
    fn enter(&mut self, name: &str) -> Result<(), Error>;

    /// Goes up again. It is called as often as `enter` has succeeded, and no more.
    fn leave(&mut self) -> Result<(), Error>;
}

/// What remains of a path when the cursor stands in the last directory of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Last<'p> {
    /// The name, which nobody has looked up yet; `None` if the path names the directory itself, by `.` or `..`.
    pub name: Option<&'p str>,
    /// A slash follows, so the name must be a directory's.
    pub slash: bool,
}

/// Goes along a path, up to its last name.
///
/// # Errors
/// [`Error::NotFound`] if the path is empty, [`Error::Escapes`] if it is absolute or leads out,
/// [`Error::NameTooLong`] beyond [`PATH_BYTES_MAX`], [`Error::Invalid`] if a byte is zero; otherwise what the cursor
/// says.
///
/// ```
/// use moteur_guest::files::path::{Cursor, walk};
/// use moteur_platform::Error;
///
/// struct Depth(u32); // Every name is a directory's.
/// impl Cursor for Depth {
///     fn enter(&mut self, _: &str) -> Result<(), Error> {
///         self.0 += 1;
///         Ok(())
///     }
///     fn leave(&mut self) -> Result<(), Error> {
///         self.0 -= 1;
///         Ok(())
///     }
/// }
/// let mut depth = Depth(0);
/// let last = walk(&mut depth, "a/./b/../c/d")?;
/// assert_eq!((depth.0, last.name), (2, Some("d")));
/// assert_eq!(walk(&mut depth, "a/../.."), Err(Error::Escapes));
/// # Ok::<(), Error>(())
/// ```
pub fn walk<'p>(cursor: &mut dyn Cursor, path: &'p str) -> Result<Last<'p>, Error> {
    check(path)?;
    let mut depth = 0u32;
    let mut last = None;
    let mut rest = path;
    while !rest.is_empty() {
        let name;
        (name, rest) = split(rest);
        if name.is_empty() {
            continue;
        }
        if let Some(directory) = last.take() {
            cursor.enter(directory)?;
            depth = depth.wrapping_add(1); // A path is shorter than 2^32.
        }
        match name {
            "." => {}
            ".." => {
                depth = depth.checked_sub(1).ok_or(Error::Escapes)?;
                cursor.leave()?;
            }
            _ => last = Some(name),
        }
    }
    Ok(Last { name: last, slash: path.as_bytes().last() == Some(&b'/') })
}

/// What can be said of a path without a tree.
fn check(path: &str) -> Result<(), Error> {
    match path.as_bytes() {
        [] => Err(Error::NotFound),
        [b'/', ..] => Err(Error::Escapes),
        bytes if bytes.len() > PATH_BYTES_MAX => Err(Error::NameTooLong),
        bytes if bytes.contains(&0) => Err(Error::Invalid),
        _ => Ok(()),
    }
}

/// The first name of a path, and what follows the slash behind it.
fn split(path: &str) -> (&str, &str) {
    let Some(at) = path.bytes().position(|byte| byte == b'/') else {
        return (path, "");
    };
    (path.get(..at).unwrap_or_default(), path.get(at.wrapping_add(1)..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    /// Writes down where it goes. Below `file` there is nothing, `none` does not exist.
    #[derive(Default)]
    struct Track {
        names: Vec<String>,
        entered: usize,
    }

    impl Cursor for Track {
        fn enter(&mut self, name: &str) -> Result<(), Error> {
            match name {
                "file" => return Err(Error::NotDirectory),
                "none" => return Err(Error::NotFound),
                _ => {}
            }
            self.names.push(name.into());
            self.entered += 1;
            Ok(())
        }

        fn leave(&mut self) -> Result<(), Error> {
            self.names.pop().map(drop).ok_or(Error::Failed)
        }
    }

    /// The directory, the last name, whether a slash follows.
    fn walked(path: &str) -> Result<(String, Option<&str>, bool), Error> {
        let mut track = Track::default();
        let last = walk(&mut track, path)?;
        Ok((track.names.join("/"), last.name, last.slash))
    }

    #[test]
    fn a_path_leads_to_its_last_name() {
        for (path, directory, name, slash) in [
            ("a", "", Some("a"), false),
            ("a/", "", Some("a"), true),
            ("a//", "", Some("a"), true),
            ("a/b", "a", Some("b"), false),
            ("a//b", "a", Some("b"), false),
            ("./a/./b", "a", Some("b"), false),
            ("a/.", "a", None, false),
            ("a/./", "a", None, true),
            ("a/..", "", None, false),
            ("a/../", "", None, true),
            (".", "", None, false),
            ("./", "", None, true),
            ("a/b/../c", "a", Some("c"), false),
            ("a/b/../../c", "", Some("c"), false),
            ("...", "", Some("..."), false),
            ("..a/b..", "..a", Some("b.."), false),
            ("é/ü", "é", Some("ü"), false),
        ] {
            assert_eq!(walked(path), Ok((directory.into(), name, slash)), "{path}");
        }
    }

    #[test]
    fn nothing_leads_out() {
        for path in ["/", "/a", "//", "..", "../", "../a", "a/../..", "a/../../a", "./..", ".//..//.", "a/b/../../../x"]
        {
            assert_eq!(walked(path), Err(Error::Escapes), "{path}");
        }
    }

    #[test]
    fn names_are_looked_up_before_they_are_left() {
        for (path, error) in [
            ("none/..", Error::NotFound),
            ("none/../..", Error::NotFound),
            ("none/.", Error::NotFound),
            ("file/..", Error::NotDirectory),
            ("a/file/.", Error::NotDirectory),
            ("file/a", Error::NotDirectory),
        ] {
            assert_eq!(walked(path), Err(error), "{path}");
        }
        assert_eq!(walked("file/"), Ok(("".into(), Some("file"), true)), "for the file system to look up");
    }

    #[test]
    fn bad_paths_are_refused_before_anything_is_looked_up() {
        let long = "a/".repeat(PATH_BYTES_MAX / 2);
        let longer = std::format!("{long}b");
        for (path, error) in [
            ("", Error::NotFound),
            ("a/b\0", Error::Invalid),
            ("\0", Error::Invalid),
            (longer.as_str(), Error::NameTooLong),
        ] {
            let mut track = Track::default();
            assert_eq!(walk(&mut track, path), Err(error));
            assert_eq!(track.entered, 0);
        }
        let mut track = Track::default();
        assert_eq!(walk(&mut track, &long), Ok(Last { name: Some("a"), slash: true }));
        assert_eq!(track.entered, PATH_BYTES_MAX / 2 - 1);
    }
}
