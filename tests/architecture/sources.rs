//! Parses Rust sources into modules with their imports and paths.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A module's path below the crate, such as `store::sqlite`; empty for `lib.rs`.
pub type ModulePath = Vec<String>;

/// A `use` of one item.
pub struct Import {
    /// Whether it re-exports the item.
    pub is_public: bool,
    /// As written: starts with `crate`, `self`, `super`, a crate or a name in scope.
    pub path: Vec<String>,
    /// The item's name in this module.
    pub name: String,
}

/// One file, without the code that is compiled for unit tests only.
pub struct Module {
    /// Path relative to `src/`.
    pub file: String,
    pub imports: Vec<Import>,
    /// Paths in the code: those from `crate`, `self` and `super`, and the first two segments of others.
    pub paths: Vec<Vec<String>>,
    /// Names of public types.
    pub types: Vec<String>,
    /// Modules that are compiled for unit tests only.
    test_modules: BTreeSet<String>,
}

/// The modules of a crate.
pub struct Sources(pub BTreeMap<ModulePath, Module>);

/// Returns every Rust file in a folder with its relative path.
pub fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("failed to read a folder") {
            let path = entry.expect("failed to read a directory entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(folder)
                    .expect("path outside the folder")
                    .to_string_lossy()
                    .into_owned();
                found.push((name, fs::read_to_string(&path).expect("not UTF-8")));
            }
        }
    }
    found.sort();
    found
}

impl Sources {
    pub fn read(folder: &Path) -> Self {
        Self::parse(files(folder))
    }

    pub fn parse(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let modules: BTreeMap<_, _> =
            files.into_iter().map(|(file, text)| (module_path(&file), Module::parse(file, &text))).collect();
        let for_tests: Vec<ModulePath> = modules
            .iter()
            .flat_map(|(path, module)| {
                module.test_modules.iter().map(|name| [path.clone(), vec![name.clone()]].concat())
            })
            .collect();
        Self(
            modules
                .into_iter()
                .filter(|(path, _)| !for_tests.iter().any(|test| path.starts_with(test)))
                .collect(),
        )
    }

    /// Resolves a path from a module to the module it leads to and the remaining segments. Follows re-exports. Returns
    /// `None` for other crates and names in scope.
    pub fn resolve(&self, from: &ModulePath, path: &[String]) -> Option<(ModulePath, Vec<String>)> {
        let is_local = ["crate", "self", "super"].contains(&path.first()?.as_str());
        is_local.then(|| self.follow(&absolute(from, path), 0)).flatten()
    }

    fn follow(&self, full: &[String], depth: usize) -> Option<(ModulePath, Vec<String>)> {
        const DEEPEST: usize = 8;
        let length = (0..=full.len()).rev().find(|length| self.0.contains_key(&full[..*length]))?;
        let (module, rest) = (full[..length].to_vec(), full[length..].to_vec());
        let exported = rest.first().and_then(|name| {
            self.0[&module].imports.iter().find(|import| import.is_public && import.name == *name)
        });
        match exported {
            Some(import) if depth < DEEPEST => {
                let path = [&import.path, &rest[1..]].concat();
                self.follow(&absolute(&module, &path), depth + 1).or(Some((module, rest)))
            }
            _ => Some((module, rest)),
        }
    }
}

/// Makes a path absolute. A path that begins with a name is assumed to begin with a child module.
fn absolute(from: &[String], path: &[String]) -> Vec<String> {
    let mut full = if path[0] == "crate" { Vec::new() } else { from.to_vec() };
    let is_named = ["crate", "self"].contains(&&*path[0]);
    for segment in path.iter().skip(usize::from(is_named)) {
        if segment == "super" {
            full.pop();
        } else {
            full.push(segment.clone());
        }
    }
    full
}

fn module_path(file: &str) -> ModulePath {
    let mut path: ModulePath = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|last| last == "mod") || path == ["lib"] {
        path.pop();
    }
    path
}

impl Module {
    fn parse(file: String, text: &str) -> Self {
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut module = Self {
            file,
            imports: Vec::new(),
            paths: Vec::new(),
            types: Vec::new(),
            test_modules: BTreeSet::new(),
        };
        module.scan(&tokens.into_iter().collect::<Vec<_>>());
        module
    }

    fn scan(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        let mut is_public = false;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Punct(punct) if punct.as_char() == '#' && is_cfg_test(tokens.get(at + 1)) => {
                    at = self.skip_item(tokens, at + 2);
                    continue;
                }
                TokenTree::Ident(word) if *word == "pub" => {
                    is_public = true;
                    at += 1;
                    if matches!(tokens.get(at), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
                    {
                        at += 1;
                    }
                    continue;
                }
                TokenTree::Ident(word) if *word == "use" => {
                    let end =
                        (at..tokens.len()).find(|at| is_punct(&tokens[*at], ';')).unwrap_or(tokens.len());
                    self.add_imports(&tokens[at + 1..end], &mut Vec::new(), is_public);
                    at = end;
                }
                TokenTree::Ident(word)
                    if is_public && ["struct", "enum", "trait", "type"].contains(&&*word.to_string()) =>
                {
                    self.types.extend(tokens.get(at + 1).map(ToString::to_string));
                }
                TokenTree::Ident(_) => {
                    let (path, end) = path_at(tokens, at);
                    if path.len() > 1 {
                        self.paths.push(path);
                    }
                    at = end;
                    is_public = false;
                    continue;
                }
                TokenTree::Group(group) => self.scan(&group.stream().into_iter().collect::<Vec<_>>()),
                _ => {}
            }
            is_public = false;
            at += 1;
        }
    }

    /// Returns the index after an item that is compiled for unit tests only. Records the name if it is a module.
    fn skip_item(&mut self, tokens: &[TokenTree], start: usize) -> usize {
        for at in start..tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(word) if *word == "mod" => {
                    self.test_modules.extend(tokens.get(at + 1).map(ToString::to_string));
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return at + 1,
                token if is_punct(token, ';') => return at + 1,
                _ => {}
            }
        }
        tokens.len()
    }

    fn add_imports(&mut self, tree: &[TokenTree], prefix: &mut Vec<String>, is_public: bool) {
        let length = prefix.len();
        let mut alias = None;
        let mut words = tree.iter().enumerate();
        while let Some((at, token)) = words.next() {
            match token {
                TokenTree::Ident(word) if *word == "as" => {
                    alias = words.next().map(|(_, name)| name.to_string());
                }
                TokenTree::Ident(word) => prefix.push(word.to_string()),
                TokenTree::Group(group) => {
                    let parts: Vec<TokenTree> = group.stream().into_iter().collect();
                    for part in parts.split(|token| is_punct(token, ',')).filter(|part| !part.is_empty()) {
                        self.add_imports(part, prefix, is_public);
                    }
                    prefix.truncate(length);
                    return;
                }
                token if is_punct(token, '*') => prefix.push("*".into()),
                _ => debug_assert!(is_punct(token, ':'), "{at}: {token}"),
            }
        }
        let mut path = prefix.clone();
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        let name = alias.or_else(|| path.last().cloned()).unwrap_or_default();
        self.imports.push(Import { is_public, path, name });
        prefix.truncate(length);
    }
}

/// Returns the segments joined by `::` from this position, and the index after them.
fn path_at(tokens: &[TokenTree], start: usize) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    let mut at = start;
    while let Some(TokenTree::Ident(word)) = tokens.get(at) {
        path.push(word.to_string());
        at += 1;
        let is_joined = tokens.get(at).is_some_and(|token| is_punct(token, ':'))
            && tokens.get(at + 1).is_some_and(|token| is_punct(token, ':'));
        if !is_joined {
            break;
        }
        at += 2;
    }
    (path, at.max(start + 1))
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn is_cfg_test(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.to_string().replace(' ', "") == "[cfg(test)]")
}
