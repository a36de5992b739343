//! Completion in real shells, by the committed scripts and by asking the program. A missing shell is a failure.

use std::path::Path;
use std::process::Command;

use crate::completed_values::repairs;
use crate::env::TestEnv;
use crate::terminal::Terminal;

const PROGRAM: &str = env!("CARGO_BIN_EXE_authctl");

fn script(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(name);
    assert!(path.is_file(), "{} is missing", path.display());
    path.to_str().unwrap().to_owned()
}

/// A shell at a terminal, in its own folder.
fn shell(env: &TestEnv, name: &str, arguments: &[&str]) -> Terminal {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(env.path("."));
    command
        .env("HOME", env.path("."))
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("LC_ALL", "C.UTF-8");
    Terminal::start(&command)
}

/// Types words and a tab, and expects this command line. The shell runs a function instead of the program, which prints
/// its arguments.
#[track_caller]
fn completes(terminal: &mut Terminal, typed: &str, expected: &str) {
    terminal.types(typed);
    terminal.types("\t");
    // The shell writes the completion before it reads the newline.
    terminal.expect(expected.rsplit(' ').next().unwrap());
    terminal.types("\n");
    terminal.expect(&format!("<<{expected}>>"));
}

const CASES: [(&str, &str); 4] = [
    ("authctl reg", "register"),
    ("authctl list-t", "list-tokens"),
    ("authctl list-users --without-t", "list-users --without-token"),
    ("authctl revoke-token --token-st", "revoke-token --token-stdin"),
];

#[test]
fn bash_completes() {
    let env = TestEnv::new();
    let mut terminal = shell(&env, "bash", &["--norc", "--noprofile", "-i"]);
    terminal.types("PS1='ready> '; bind 'set enable-bracketed-paste off'; authctl() { echo \"<<$*>>\"; }\n");
    terminal.types(&format!("source '{}' && echo 'loaded' | tr a-z A-Z\n", script("authctl.bash")));
    terminal.expect("LOADED");
    for (typed, expected) in CASES {
        completes(&mut terminal, typed, expected);
    }
}

#[test]
fn zsh_completes() {
    let env = TestEnv::new();
    let folder = Path::new(&script("_authctl")).parent().unwrap().to_str().unwrap().to_owned();
    let mut terminal = shell(&env, "zsh", &["-f", "-i"]);
    terminal.types("PS1='ready> '; unsetopt zle_bracketed_paste; authctl() { echo \"<<$*>>\" }\n");
    terminal.types(&format!(
        "fpath=('{folder}' $fpath); autoload -U compinit; compinit -u -D && echo loaded | tr a-z A-Z\n"
    ));
    terminal.expect("LOADED");
    for (typed, expected) in CASES {
        completes(&mut terminal, typed, expected);
    }
}

#[test]
fn fish_completes() {
    let env = TestEnv::new();
    for (typed, expected) in CASES {
        let source = format!("source '{}'; complete --do-complete '{typed}'", script("authctl.fish"));
        let mut command = Command::new("fish");
        command.args(["--no-config", "-c", &source]).env("HOME", env.path("."));
        let output = command.output().expect("failed to start fish");
        assert!(output.status.success());
        let offered = String::from_utf8(output.stdout).unwrap();
        let words: Vec<&str> = offered.lines().filter_map(|line| line.split('\t').next()).collect();
        assert_eq!(words, [expected.rsplit(' ').next().unwrap()], "{typed}");
    }
}

const VALUES: [(&str, &str); 7] = [
    ("authctl show-user meg", "show-user meg@ducharme.com"),
    ("authctl show-user meg@du", "show-user meg@ducharme.com"),
    ("authctl list-tokens --user=meg@", "list-tokens --user=meg@ducharme.com"),
    ("authctl list-users --group Fr", "list-users --group Front desk"),
    ("authctl list-users --columns id,ema", "list-users --columns id,email"),
    ("authctl list-users --sort=-date", "list-users --sort=-date_joined"),
    ("authctl list-to", "list-tokens"),
];

#[test]
fn bash_completes_values() {
    let env = repairs();
    let mut terminal = shell(&env, "bash", &["--norc", "--noprofile", "-i"]);
    terminal.types("PS1='ready> '; bind 'set enable-bracketed-paste off'; authctl() { echo \"<<$*>>\"; }\n");
    terminal.types(&format!("source <(COMPLETE=bash '{PROGRAM}') && echo 'loaded' | tr a-z A-Z\n"));
    terminal.expect("LOADED");
    for (typed, expected) in VALUES {
        completes(&mut terminal, typed, expected);
    }
    // No blank follows the equals sign.
    terminal.types("authctl register x --set=customer.a\toak\n");
    terminal.expect("<<register x --set=customer.address=oak>>");
}

#[test]
fn zsh_completes_values() {
    let env = repairs();
    let mut terminal = shell(&env, "zsh", &["-f", "-i"]);
    terminal.types("PS1='ready> '; unsetopt zle_bracketed_paste; authctl() { echo \"<<$*>>\" }\n");
    terminal.types(&format!(
        "autoload -U compinit; compinit -u -D && source <(COMPLETE=zsh '{PROGRAM}') && echo loaded | tr a-z A-Z\n"
    ));
    terminal.expect("LOADED");
    for (typed, expected) in VALUES {
        completes(&mut terminal, typed, expected);
    }
    terminal.types("authctl register x --set customer.a\toak\n");
    terminal.expect("<<register x --set customer.address=oak>>");
}

#[test]
fn fish_completes_values() {
    let env = repairs();
    let assignment = ("authctl register x --set customer.a", "customer.address=");
    for (typed, expected) in VALUES.into_iter().chain([assignment]) {
        let source = format!("COMPLETE=fish '{PROGRAM}' | source; complete --do-complete '{typed}'");
        let mut command = Command::new("fish");
        command.args(["--no-config", "-c", &source]).current_dir(env.path(".")).env("HOME", env.path("."));
        let output = command.output().expect("failed to start fish");
        let offered = String::from_utf8(output.stdout).unwrap();
        let words: Vec<&str> = offered.lines().filter_map(|line| line.split('\t').next()).collect();
        assert_eq!(words.len(), 1, "{typed}: {words:?}");
        assert!(expected.ends_with(words[0]), "{typed}: {words:?}");
    }
}

#[test]
fn bash_offers_file_names_only_where_a_file_is_meant() {
    let env = TestEnv::new();
    env.write("notes.txt", "");
    for (words, offers) in [
        (["edit-user", "meg", "--rename"], false),
        (["show-user", "--by", "username"], false),
        (["list-users", "--quiet", "--group"], false),
        (["list-users", "--quiet", "--db"], true),
        (["import", "--tokens", "--results"], true),
    ] {
        let line = format!("authctl {} ''", words.join(" "));
        let source = format!(
            "source '{}'; COMP_WORDS=({line}); COMP_CWORD=4; COMP_LINE='{}'; COMP_POINT=${{#COMP_LINE}}; \
             _authctl authctl '' '{}' 2>/dev/null; echo \"${{COMPREPLY[@]}}\"",
            script("authctl.bash"),
            line.replace('\'', ""),
            words[2],
        );
        let mut command = Command::new("bash");
        command.args(["--norc", "--noprofile", "-c", &source]).current_dir(env.path("."));
        let output = command.output().expect("failed to start bash");
        let offered = String::from_utf8_lossy(&output.stdout).contains("notes.txt");
        assert_eq!(offered, offers, "{words:?}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
