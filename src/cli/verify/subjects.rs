//! What is named on the command line: files, folders, patterns, texts of QR codes, pictures of a print.

use std::fmt;
use std::path::{Path, PathBuf};

use super::CliError;

/// One thing to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// A file.
    File(PathBuf),
    /// The text of a QR code.
    Token(String),
    /// Pictures of the pages of one print.
    Print(Vec<PathBuf>),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Token(text) => f.write_str(text),
            Self::Print(pictures) => {
                let names: Vec<String> = pictures.iter().map(|picture| picture.display().to_string()).collect();
                f.write_str(&names.join(" + "))
            }
        }
    }
}

/// All files among the subjects as pictures of one print; texts of QR codes stay by themselves.
pub(super) fn together(subjects: Vec<Subject>) -> Vec<Subject> {
    let (mut pictures, mut others) = (Vec::new(), Vec::new());
    for subject in subjects {
        match subject {
            Subject::File(path) => pictures.push(path),
            Subject::Print(paths) => pictures.extend(paths),
            token @ Subject::Token(_) => others.push(token),
        }
    }
    if !pictures.is_empty() {
        others.insert(0, Subject::Print(pictures));
    }
    others
}

/// Everything that is named, folders with all PDF files and pictures below them in order; and what cannot be found.
pub(super) fn find(named: &[String]) -> (Vec<Subject>, Vec<CliError>) {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for name in named {
        match expand(name) {
            Ok(subjects) => found.extend(subjects),
            Err(error) => missing.push(error),
        }
    }
    (found, missing)
}

fn expand(name: &str) -> Result<Vec<Subject>, CliError> {
    let path = Path::new(name);
    let none = |what: &str| CliError::Failed(format!("{name}: {what}"));
    if path.is_dir() {
        let mut files = Vec::new();
        below(path, &mut files)?;
        return if files.is_empty() {
            Err(none("no PDF file or picture in it"))
        } else {
            Ok(files.into_iter().map(Subject::File).collect())
        };
    }
    if path.exists() {
        return Ok(vec![Subject::File(path.to_owned())]);
    }
    if is_token(name) {
        return Ok(vec![Subject::Token(name.to_owned())]);
    }
    // Where the shell does not expand patterns, or quotes kept it from doing so.
    let pattern = path.file_name().and_then(|last| last.to_str()).filter(|last| last.contains(['*', '?']));
    let Some(pattern) = pattern else { return Err(none("no such file")) };
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut files: Vec<PathBuf> = entries(folder)?
        .into_iter()
        .filter(|entry| entry.is_file() && entry.file_name().and_then(|f| f.to_str()).is_some_and(|f| fits(pattern, f)))
        .collect();
    files.sort();
    if files.is_empty() { Err(none("nothing fits the pattern")) } else { Ok(files.into_iter().map(Subject::File).collect()) }
}

/// How the names of copies and of pictures end.
const ENDINGS: [&str; 6] = ["pdf", "jpg", "jpeg", "png", "tif", "tiff"];

/// All PDF files and pictures below a folder; links to folders are not followed.
fn below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CliError> {
    let mut entries = entries(folder)?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() && !entry.is_symlink() {
            below(&entry, files)?;
        } else if entry.extension().is_some_and(|end| ENDINGS.iter().any(|known| end.eq_ignore_ascii_case(known))) {
            files.push(entry);
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let failed = |error: std::io::Error| CliError::Failed(format!("{}: {error}", folder.display()));
    std::fs::read_dir(folder).map_err(failed)?.map(|entry| entry.map(|e| e.path()).map_err(failed)).collect()
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(path).map_err(|error| CliError::Failed(format!("{}: {error}", path.display())))
}

/// Whether a name fits a pattern of `*` (any characters) and `?` (one).
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || name.get(n) == Some(c) => {
                p += 1;
                n += 1;
            }
            // The last star takes one more.
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

/// A file name has a dot or is short; a QR text has a fragment or is long base 32.
fn is_token(subject: &str) -> bool {
    let text = subject.rsplit('#').next().unwrap_or_default();
    text.len() > 100 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_names() {
        for (pattern, name, fit) in [
            ("*.pdf", "a.pdf", true),
            ("*.pdf", "a.pdf.txt", false),
            ("a?c*", "abc", true),
            ("a?c", "ac", false),
            ("*a*b*", "xaxxbx", true),
            ("*a*b*", "xbxxax", false),
        ] {
            assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
        }
    }

    #[test]
    fn pictures_of_one_print_are_one_subject() {
        let file = |name: &str| Subject::File(name.into());
        let token = Subject::Token("X".to_owned());
        let joined = together(vec![file("1.jpg"), token.clone(), file("2.jpg")]);
        assert_eq!(joined, [Subject::Print(vec!["1.jpg".into(), "2.jpg".into()]), token]);
        assert_eq!(joined[0].to_string(), "1.jpg + 2.jpg");
    }

    #[test]
    fn folders_patterns_and_what_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("in")).unwrap();
        for name in ["in/b.PDF", "in/a.pdf", "in/notes.txt", "c.pdf"] {
            std::fs::write(path(name), b"x").unwrap();
        }
        let find = |names: &[&str]| find(&names.iter().map(|n| path(n).display().to_string()).collect::<Vec<_>>());
        let files = |names: &[&str]| names.iter().map(|n| Subject::File(path(n))).collect::<Vec<_>>();
        let (found, missing) = find(&[""]);
        assert_eq!((found, missing.len()), (files(&["c.pdf", "in/a.pdf", "in/b.PDF"]), 0));
        let (found, missing) = find(&["in/*.pdf", "nothing.pdf", "*.txt"]);
        assert_eq!((found, missing.len()), (files(&["in/a.pdf"]), 2));
    }
}
