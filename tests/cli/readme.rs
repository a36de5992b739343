//! The README and the pages under `docs/` are correct: runs every command of a page in order, as one person in one shell
//! would, and compares the output. Every page starts in an empty folder.
//!
//! - In a `console` block, lines that start with `$ ` are commands (`> ` continues one). The others are their combined
//!   output. A command that fails must be followed by `echo $?`.
//! - In an `sh` block, each line is a command that must succeed.
//! - A `toml` block becomes the `authctl.toml` of the shell's current folder.
//! - `<!-- starts with the database of a Django project: NAME -->` creates the `db.sqlite3` of a project from
//!   `tests/fixtures/schemas/` in the folder `~/shop`. With `on a PostgreSQL server`, it creates one on a server, and sets
//!   `DATABASE_URL`; what follows needs the feature `live`.
//!
//! Keys, times, waits and generated passwords differ from run to run. A key that a page shows twice must
//! be a single key in the run too. Later commands get that key, or its prefix, in its place.
//!
//! `AUTHCTL_BLESS=1 cargo test --test cli readme` writes the actual outputs to the pages.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rusqlite::Connection;

use crate::env::{Run, TestEnv, schemas};
#[cfg(feature = "live")]
use crate::postgres::{Cluster, Database};

/// Commands that are shown but not run here, because they would build the program, run these tests or take long.
const NOT_RUN: [&str; 3] = ["cargo test", "cargo install --locked --path .", "benches/compare"];

/// A page whose commands install programs.
const NOT_RUN_PAGE: &str = "install.md";

/// Precedes the name of the schema that a page starts with.
const PROJECT: &str = "<!-- starts with the database of a Django project: ";

/// The same for a database on a server.
const SERVER: &str = "<!-- starts with the database of a Django project on a PostgreSQL server: ";

/// The home folder in the outputs shown.
const HOME: &str = "/home/meg";

/// The length of a generated password.
const GENERATED_PASSWORD: usize = 22;

const SHORTEST_PREFIX: usize = 6;
const SHORTEST_SHOWN: usize = 8;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// Returns the paths of the README and of the pages whose commands are run.
fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    let mut pages: Vec<PathBuf> =
        docs.filter(|path| is_page(path) && !path.ends_with(NOT_RUN_PAGE)).collect();
    pages.sort_unstable();
    pages.insert(0, root().join("README.md"));
    pages
}

/// A command or configuration, with the lines of the page that contain its output.
#[derive(Debug)]
struct Step {
    what: What,
    output: Option<std::ops::Range<usize>>,
    line: usize,
}

#[derive(Debug, PartialEq)]
enum What {
    Run(String),
    Configure(String),
    Start(String),
    StartServer(String),
}

/// Returns the steps of a page in order.
fn steps(lines: &[&str]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        for (prefix, start) in [(PROJECT, What::Start as fn(String) -> What), (SERVER, What::StartServer)] {
            if let Some(name) = lines[at].strip_prefix(prefix) {
                let what = start(name.trim_end_matches(" -->").to_owned());
                steps.push(Step { what, output: None, line: at + 1 });
            }
        }
        let Some(language) = lines[at].strip_prefix("```") else {
            at += 1;
            continue;
        };
        let start = at + 1;
        let length = lines[start..].iter().position(|line| *line == "```");
        let end = start + length.unwrap_or_else(|| panic!("line {start}: unclosed block"));
        match language {
            "console" => console(lines, start, end, &mut steps),
            "sh" => {
                for line in (start..end).filter(|line| !lines[*line].starts_with('#')) {
                    let what = What::Run(lines[line].to_owned());
                    steps.push(Step { what, output: None, line: line + 1 });
                }
            }
            "toml" => {
                let what = What::Configure(lines[start..end].join("\n") + "\n");
                steps.push(Step { what, output: None, line: start + 1 });
            }
            "text" | "python" | "yaml" => {}
            other => panic!("line {start}: unknown block language {other:?}"),
        }
        at = end + 1;
    }
    steps
}

fn console(lines: &[&str], start: usize, end: usize, steps: &mut Vec<Step>) {
    let mut at = start;
    while at < end {
        let line = at + 1;
        let first = lines[at].strip_prefix("$ ");
        let mut command = first.unwrap_or_else(|| panic!("line {line}: output without a command")).to_owned();
        at += 1;
        while let Some(more) = lines[at].strip_prefix("> ") {
            command = command + "\n" + more;
            at += 1;
        }
        let output = at;
        while at < end && !lines[at].starts_with("$ ") {
            at += 1;
        }
        steps.push(Step { what: What::Run(command), output: Some(output..at), line });
    }
}

/// A shell that keeps variables, folder and last exit code between commands.
struct Shell {
    env: TestEnv,
    home: PathBuf,
    status: i32,
    /// What differs from run to run, and what the pages show instead.
    names: Vec<(String, &'static str)>,
    #[cfg(feature = "live")]
    server: Option<Database>,
}

impl Shell {
    fn new(folder: &str) -> Self {
        let env = TestEnv::new();
        let home = env.path("").canonicalize().unwrap().join("home");
        for folder in ["authctl", "shop"] {
            fs::create_dir_all(home.join(folder)).unwrap();
        }
        for folder in ["bin", "shell"] {
            fs::create_dir(env.path(folder)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_authctl"), env.path("bin/authctl")).unwrap();
        symlink(root().join("examples"), home.join("authctl/examples")).unwrap();
        fs::write(env.path("shell/folder"), home.join(folder).to_str().unwrap()).unwrap();
        fs::write(env.path("shell/variables"), "").unwrap();
        Self {
            names: vec![(home.to_str().unwrap().to_owned(), HOME)],
            env,
            home,
            status: 0,
            #[cfg(feature = "live")]
            server: None,
        }
    }

    /// Runs a command and returns its output as shown at a terminal.
    fn run(&mut self, command: &str) -> String {
        let script = format!(
            "exec 2>&1\n. \"$0/variables\"\ncd \"$(cat \"$0/folder\")\"\nset -a\n(exit {})\n{command}\n\
             set -- $?\nexport -p > \"$0/variables\"\npwd > \"$0/folder\"\nexit $1\n",
            self.status
        );
        let ours = self.env.command();
        let variables = ours.get_envs().filter_map(|(name, value)| Some((name, value?)));
        let output = Command::new("/bin/sh")
            .args(["-c", &script])
            .arg(self.env.path("shell"))
            .env_clear()
            .envs(variables)
            .env("HOME", &self.home)
            .env("PATH", format!("{}:/usr/bin:/bin", self.env.path("bin").display()))
            .stdin(Stdio::null())
            .output()
            .expect("failed to start the shell");
        let run = Run::of(output);
        assert_eq!(run.stderr, "", "{command}");
        self.status = run.code;
        // Markdown cannot represent the CRLF of CSV.
        let printed = run.stdout.replace("\r\n", "\n");
        self.names.iter().fold(printed, |text, (name, shown)| text.replace(name, shown))
    }

    /// Creates the database of a Django project after `migrate`.
    fn start_project(&self, schema: &str) {
        let path = self.home.join("shop/db.sqlite3");
        let dump = read(&format!("tests/fixtures/schemas/{schema}.sql"));
        let database = Connection::open(&path).unwrap();
        database.pragma_update(None, "foreign_keys", false).unwrap();
        database.execute_batch(&dump).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    }

    /// Creates the same on a server, and sets `DATABASE_URL`.
    #[cfg(feature = "live")]
    fn start_project_on_server(&mut self, schema: &str) {
        let cluster = Cluster::shared();
        let dump = read(&format!("tests/fixtures/schemas/postgres/{schema}.sql"));
        let database = cluster.create_database("readme", || dump);
        fs::write(self.env.path("shell/variables"), format!("export DATABASE_URL='{}'\n", database.url()))
            .unwrap();
        let place = format!("{}:{}", cluster.server.folder.display(), cluster.server.port);
        self.names.extend([
            (place.replace('/', "%2F"), "db.example.com"),
            (place, "db.example.com"),
            (database.name.clone(), "shop"),
        ]);
        self.server = Some(database);
    }

    fn folder(&self) -> PathBuf {
        fs::read_to_string(self.env.path("shell/folder")).unwrap().trim_end().into()
    }
}

/// The keys that a page shows and their counterparts in this run.
#[derive(Default)]
struct Keys(BTreeMap<String, String>);

impl Keys {
    /// Replaces the shown keys in a command by those of this run.
    fn translate(&self, command: &str) -> String {
        words(command).map(|word| self.ours(word).unwrap_or_else(|| word.to_owned())).collect()
    }

    fn ours(&self, word: &str) -> Option<String> {
        let is_key = word.len() >= SHORTEST_PREFIX && is_hexadecimal(word);
        let (_, ours) = self.0.iter().find(|(shown, _)| is_key && shown.starts_with(word))?;
        Some(ours[..word.len()].to_owned())
    }

    /// Replaces the known keys of this run in an output by those shown.
    fn translate_back(&self, output: &str) -> String {
        let shown = |word: &str| {
            let known = self.0.iter().find(|(_, ours)| is_key(word) && ours.starts_with(word));
            known.map_or_else(|| word.to_owned(), |(shown, _)| shown[..word.len()].to_owned())
        };
        words(output).map(shown).collect()
    }

    /// Pairs the keys in both outputs; returns false if they contradict known pairs.
    fn learn(&mut self, shown: &str, ours: &str) -> bool {
        let pairs = words(shown).filter(|word| is_key(word)).zip(words(ours).filter(|word| is_key(word)));
        for (shown, ours) in pairs {
            let known = self.0.iter().find(|(s, o)| s.starts_with(shown) || o.starts_with(ours));
            match known {
                Some((s, o)) if s.starts_with(shown) && o.starts_with(ours) => {}
                Some(_) => return false,
                None => {
                    self.0.insert(shown.to_owned(), ours.to_owned());
                }
            }
        }
        true
    }
}

fn is_hexadecimal(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Returns whether the word is a key or the public part of one.
fn is_key(word: &str) -> bool {
    word.len() >= SHORTEST_SHOWN && is_hexadecimal(word)
}

/// Splits a text into words and separators; concatenated, they are the text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()).flat_map(|piece| {
        let end = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len();
        [&piece[..end], &piece[end..]]
    })
}

/// Replaces keys, times and generated passwords.
fn redacted(text: &str) -> String {
    let text: String = words(text).map(|word| if is_key(word) { "[KEY]" } else { word }).collect();
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let secret = ["Password: ", "\"password\": \""]
            .into_iter()
            .find_map(|label| line.find(label).map(|at| at + label.len()));
        let is_password = line.len() == GENERATED_PASSWORD + 1 && words(line).count() == 2;
        match secret.or(is_password.then_some(0)) {
            Some(at) => out = out + &line[..at] + "[PASSWORD]\n",
            None if line.starts_with("system         PostgreSQL ") => out += "[SYSTEM]\n",
            None => out += &without_wait(&without_times(line)),
        }
    }
    out
}

/// Replaces the number of seconds to wait, which depends on the duration of earlier commands.
fn without_wait(line: &str) -> String {
    match line.split_once("Wait ").and_then(|(before, rest)| Some((before, rest.split_once(" second")?))) {
        Some((before, (_, behind))) => format!("{before}Wait [TIME] second{behind}"),
        None => line.to_owned(),
    }
}

fn without_times(line: &str) -> String {
    const SHAPE: &[u8] = b"0000-00-00 00:00:00";
    let fits = |text: &str| {
        text.len() >= SHAPE.len()
            && text.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
                b'0' => byte.is_ascii_digit(),
                b' ' => byte == b' ' || byte == b'T',
                other => byte == *other,
            })
    };
    let mut out = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if fits(rest) {
            rest = rest[SHAPE.len()..].trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
            rest = rest.strip_prefix('Z').unwrap_or(rest);
            out.push_str("[TIME]");
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[test]
fn every_command_prints_the_documented_output() {
    let is_written = std::env::var_os("AUTHCTL_BLESS").is_some();
    for page in pages() {
        run_page(&page, is_written);
    }
}

/// Runs the commands of a page and compares their outputs, or writes them to the page.
fn run_page(page: &Path, is_written: bool) {
    let name = page.strip_prefix(root()).unwrap().display();
    let text = fs::read_to_string(page).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let steps = steps(&lines);
    let mut shell = Shell::new(if page.ends_with("README.md") { "authctl" } else { "shop" });
    let mut keys = Keys::default();
    let mut rewritten: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let Step { what, output, line } = step;
        let place = format!("{name}, line {line}");
        let command = match what {
            What::Start(schema) => {
                shell.start_project(schema);
                continue;
            }
            #[cfg(feature = "live")]
            What::StartServer(schema) => {
                shell.start_project_on_server(schema);
                continue;
            }
            #[cfg(not(feature = "live"))]
            What::StartServer(_) => return,
            What::Configure(text) => {
                fs::write(shell.folder().join("authctl.toml"), text).unwrap();
                // The database may be missing, but that is detected only after the file has been read.
                let answer = shell.run("authctl list-users --limit 0");
                assert!([0, 9].contains(&shell.status), "{place}: authctl.toml is refused: {answer}");
                shell.status = 0;
                continue;
            }
            What::Run(command) if NOT_RUN.contains(&&**command) => continue,
            What::Run(command) => command,
        };
        let ours = keys.translate(&command.replace("cargo run --release -- ", "authctl "));
        assert!(!ours.contains("cargo "), "{place}: {ours}");
        let printed = shell.run(&ours);
        let failed = shell.status != 0;
        let is_told = matches!(steps.get(index + 1), Some(next) if next.what == What::Run("echo $?".into()));
        assert!(!failed || is_told, "{place}: exit {}: {ours}\n{printed}", shell.status);
        let Some(output) = output else { continue };
        let shown: String = lines[output.clone()].iter().flat_map(|line| [line, "\n"]).collect();
        let is_same = redacted(&shown) == redacted(&printed) && keys.learn(&shown, &printed);
        if is_written && !is_same {
            let back = keys.translate_back(&printed);
            keys.learn(&back, &printed);
            rewritten.push((output.clone(), back));
            continue;
        }
        assert_eq!(redacted(&shown), redacted(&printed), "{place}: {command}");
        assert!(is_same, "{place}: {command}\nThe keys differ from earlier ones:\n{printed}");
    }
    if !rewritten.is_empty() {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (output, printed) in rewritten.into_iter().rev() {
            lines.splice(output, printed.lines().map(str::to_owned));
        }
        fs::write(page, lines.join("\n") + "\n").unwrap();
    }
}

#[test]
fn the_main_command_the_tests_and_every_subcommand_are_shown() {
    let mut commands: Vec<String> = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(page).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        commands.extend(steps(&lines).into_iter().filter_map(|step| match step.what {
            What::Run(command) => Some(command),
            What::Configure(_) | What::Start(_) | What::StartServer(_) => None,
        }));
    }
    let main = "cargo run --release -- register --init meg@ducharme.com --random-password";
    for command in NOT_RUN.into_iter().chain([main]) {
        assert!(commands.iter().any(|known| known == command), "{command}");
    }
    for name in crate::generated::commands().into_iter().flat_map(|(_, names)| names) {
        let shown = format!("authctl {name}");
        assert!(commands.iter().any(|command| command.contains(&shown)), "{shown}");
    }
}

#[test]
fn the_readme_links_every_page_and_is_short() {
    let readme = read("README.md");
    assert!(readme.lines().count() <= 200, "{} lines", readme.lines().count());
    for page in pages().iter().skip(1) {
        let link = format!("](docs/{})", page.file_name().unwrap().to_str().unwrap());
        assert!(readme.contains(&link), "{link}");
    }
}

/// Returns the cells of the table rows after a heading.
fn table<'a>(text: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let (_, behind) = text.split_once(heading).unwrap_or_else(|| panic!("no heading {heading}"));
    let rows =
        behind.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.skip(2).map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn exit_codes_match_the_help() {
    let help = TestEnv::new().run(["--help"]).succeeds().stdout;
    let listed = help.lines().skip_while(|line| *line != "Exit codes:").skip(1);
    let listed: Vec<Vec<&str>> = listed
        .map_while(|line| line.trim().split_once("  "))
        .map(|(code, meaning)| vec![code, meaning])
        .collect();
    assert!(listed.len() > 9, "{listed:?}");
    assert_eq!(table(&read("docs/json-and-exit-codes.md"), "## Exit codes"), listed);
}

#[test]
fn every_command_has_a_schema() {
    for name in crate::generated::commands().into_iter().flat_map(|(_, names)| names) {
        let prints_json = !["check-password", "completions"].contains(&&*name);
        assert_eq!(schemas::check_run(&[&name], 0, "", "").is_some(), prints_json, "{name}");
    }
}

#[test]
fn all_configuration_keys_are_described() {
    let text = read("docs/configuration.md");
    let mut described: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in table(&text, "### Keys") {
        let key = row[0].trim_matches('`');
        let (section, key) = key.rsplit_once('.').unwrap_or(("", key));
        described.entry(section.to_owned()).or_default().push(key.to_owned());
    }
    let sections: Vec<String> = described.keys().filter(|name| !name.is_empty()).cloned().collect();
    for section in sections {
        let name = section.split('.').next().unwrap().to_owned();
        described.entry(String::new()).or_default().push(name);
    }
    let env = TestEnv::new();
    for (section, mut keys) in described {
        let heading = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
        env.write("authctl.toml", &format!("{heading}zzzzzzzzzz = 1\n"));
        let error = env.run(["list-users"]).ends_with(2).stderr;
        let known = error.split_once("Known keys: ").unwrap_or_else(|| panic!("{section}: {error}")).1;
        let mut known: Vec<&str> = known.trim_end().trim_end_matches('.').split(", ").collect();
        known.sort_unstable();
        keys.sort_unstable();
        assert_eq!(keys, known, "[{section}]");
    }
}
