//! Rust source as a stream of tokens: enough to tell code from comments and strings, and to find functions.
//!
//! A parser would be exact; this is a hundred lines, needs no dependency, and the house style (rustfmt) keeps what it
//! meets tame.

/// A piece of source with the line it begins on, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// The line it begins on.
    pub line: usize,
    /// What it is.
    pub kind: TokenKind<'a>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind<'a> {
    /// An identifier, keyword or number.
    Word(&'a str),
    /// Any other character of code.
    Mark(char),
    /// A comment with its marks.
    Comment(&'a str),
    /// A string or character literal.
    Literal,
}

/// The tokens of a source file.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { source, at: 0, line: 1 };
    std::iter::from_fn(|| lexer.next()).collect()
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function<'a> {
    /// Its name.
    pub name: &'a str,
    /// The line of `fn`.
    pub line: usize,
    /// Lines from `fn` to the closing brace.
    pub length: usize,
}

/// All functions with bodies, inner ones too.
pub fn functions<'a>(tokens: &[Token<'a>]) -> Vec<Function<'a>> {
    let is_code = |token: &&Token<'_>| !matches!(token.kind, TokenKind::Comment(_));
    let code: Vec<Token<'a>> = tokens.iter().filter(is_code).copied().collect();
    let mut found = Vec::new();
    for (at, pair) in code.windows(2).enumerate() {
        if let [Token { kind: TokenKind::Word("fn"), line }, Token { kind: TokenKind::Word(name), .. }] = *pair
            && let Some(end) = body_end(&code[at..])
        {
            found.push(Function { name, line, length: end + 1 - line });
        }
    }
    found
}

/// The line of the brace that closes the body of the function which begins here.
fn body_end(code: &[Token<'_>]) -> Option<usize> {
    let (mut braces, mut others) = (0_usize, 0_usize);
    for token in code {
        let TokenKind::Mark(mark) = token.kind else {
            continue;
        };
        match mark {
            '(' | '[' => others += 1,
            ')' | ']' => others = others.saturating_sub(1),
            ';' if braces == 0 && others == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces = braces.checked_sub(1)?;
                if braces == 0 && others == 0 {
                    return Some(token.line);
                }
            }
            _ => {}
        }
    }
    None
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let space = self.rest().len() - self.rest().trim_start().len();
        self.advance(space);
        let line = self.line;
        let rest = self.rest();
        let first = rest.chars().next()?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let (length, kind) = if rest.starts_with("//") {
            let length = rest.find('\n').unwrap_or(rest.len());
            (length, TokenKind::Comment(&rest[..length]))
        } else if rest.starts_with("/*") {
            let length = block_comment(rest);
            (length, TokenKind::Comment(&rest[..length]))
        } else if let Some(length) = literal(rest) {
            (length, TokenKind::Literal)
        } else if is_word(first) {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            (length, TokenKind::Word(&rest[..length]))
        } else {
            (first.len_utf8(), TokenKind::Mark(first))
        };
        self.advance(length);
        Some(Token { line, kind })
    }

    fn advance(&mut self, length: usize) {
        self.line += self.rest()[..length].matches('\n').count();
        self.at += length;
    }
}

/// Block comments nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of the string or character literal that the text begins with.
fn literal(text: &str) -> Option<usize> {
    let prefix = text.find(|c: char| !matches!(c, 'b' | 'c' | 'r'))?;
    let (prefix, rest) = text.split_at(prefix);
    if prefix.len() > 2 {
        return None;
    }
    if prefix.ends_with('r') {
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        if rest[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = hashes + 1;
            let length = rest[body..].find(&end).map_or(rest.len(), |at| body + at + end.len());
            return Some(prefix.len() + length);
        }
        return None;
    }
    match rest.chars().next()? {
        '"' => Some(prefix.len() + quoted(rest, '"')),
        '\'' if is_char(rest) => Some(prefix.len() + quoted(rest, '\'')),
        _ => None,
    }
}

/// `'a'` and `'\n'` are characters, `'a` is a lifetime.
fn is_char(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

/// The length of a literal with escapes, quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<&str> {
        tokens(source)
            .iter()
            .filter_map(|token| match token.kind {
                TokenKind::Word(word) => Some(word),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn comments_and_literals_hold_no_words() {
        let source = "a /* unsafe /* nested */ unsafe */ b \"unsafe \\\" x\" 'c' r#\"un\"safe\"# // unsafe\n c";
        assert_eq!(words(source), ["a", "b", "c"]);
    }

    #[test]
    fn a_lifetime_is_no_character() {
        assert_eq!(words("fn f<'a>(x: &'a str) -> char { '\\'' }"), ["fn", "f", "a", "x", "a", "str", "char"]);
    }

    #[test]
    fn a_function_reaches_to_its_brace() {
        let source =
            "trait T { fn without(&self) -> [u8; 3]; }\nfn with(a: [u8; 2]) {\n  let s = \"}\";\n  if a { }\n}\n";
        let tokens = tokens(source);
        assert_eq!(functions(&tokens), [Function { name: "with", line: 2, length: 4 }]);
    }
}
