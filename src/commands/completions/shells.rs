//! Answers the shells that complete a command line with the program itself.
//!
//! `COMPLETE=bash authctl` prints the code for a shell. With a tab, it runs `COMPLETE=bash authctl -- WORDS`.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::engine;
use clap_complete::env::{Elvish, EnvCompleter, Fish, Powershell, Shells, Zsh};

use super::values::with_values;
use crate::commands::Cli;
use crate::error::wording::shell_word;
use crate::terminal::output;

/// Names the shell that asks.
const VARIABLE: &str = "COMPLETE";

/// Prints what a shell asks for, if `COMPLETE` names one and the arguments are not those of a command.
pub fn answer_shell(arguments: &[OsString]) -> bool {
    let Some(shell) = env::var_os(VARIABLE) else { return false };
    let shells = Shells(&[&BASH, &Elvish, &Fish, &Powershell, &ZSH]);
    let Some(shell) = shell.to_str().and_then(|name| shells.completer(name)) else { return false };
    let folder = env::current_dir().ok();
    let mut answer = Vec::new();
    let written = match arguments {
        [program] => {
            let is_in_path = Path::new(program).components().count() == 1;
            let folder = folder.filter(|_| !is_in_path).unwrap_or_default();
            let program = folder.join(program);
            shell.write_registration(VARIABLE, "authctl", "authctl", &program.to_string_lossy(), &mut answer)
        }
        [_, separator, words @ ..] if separator == "--" && !words.is_empty() => {
            let mut command = with_values(Cli::command(), words);
            shell.write_complete(&mut command, words.to_vec(), folder.as_deref(), &mut answer)
        }
        _ => return false,
    };
    // A shell that completes has no place for an error.
    if written.is_ok() {
        let _ = output::verbatim(&answer);
    }
    true
}

/// A shell that gets code of our own instead of clap_complete's.
struct OwnCode {
    name: &'static str,
    script: &'static str,
    write_complete: WriteComplete,
}

type WriteComplete = fn(&mut clap::Command, Vec<OsString>, Option<&Path>, &mut dyn Write) -> io::Result<()>;

/// clap_complete's code loses values with `@`, `=` and `:`, at which bash splits words.
const BASH: OwnCode = OwnCode { name: "bash", script: BASH_SCRIPT, write_complete: write_for_bash };

/// clap_complete's code adds a blank after a field, where its value belongs.
const ZSH: OwnCode = OwnCode {
    name: "zsh",
    script: ZSH_SCRIPT,
    write_complete: |command, words, folder, answer| Zsh.write_complete(command, words, folder, answer),
};

impl EnvCompleter for OwnCode {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, name: &str) -> bool {
        name == self.name
    }

    fn write_registration(
        &self,
        variable: &str,
        _: &str,
        _: &str,
        program: &str,
        answer: &mut dyn Write,
    ) -> io::Result<()> {
        let script = self.script.replace("VARIABLE", variable).replace("PROGRAM", &shell_word(program));
        answer.write_all(script.as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        answer: &mut dyn Write,
    ) -> io::Result<()> {
        (self.write_complete)(command, words, folder, answer)
    }
}

const BASH_SCRIPT: &str = r#"_authctl_values() {
    local rest=${COMP_LINE:0:COMP_POINT} word
    local -a words=('')
    # Joins what bash splits at = : @.
    for word in "${COMP_WORDS[@]:0:COMP_CWORD}" ''; do
        if [[ $rest == [[:space:]]* ]]; then
            words+=('')
            rest=${rest#"${rest%%[![:space:]]*}"}
        fi
        words[${#words[@]}-1]+=${word:-$rest}
        rest=${rest#"$word"}
    done
    local last=${words[${#words[@]}-1]}
    local kept=${last%"$2"}
    COMPREPLY=()
    while IFS= read -r word; do
        COMPREPLY+=("${word#"$kept"}")
    done < <(VARIABLE=bash PROGRAM -- "${words[@]}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -F _authctl_values authctl
"#;

/// Quotes the candidates, since bash inserts them literally.
fn write_for_bash(
    command: &mut clap::Command,
    words: Vec<OsString>,
    folder: Option<&Path>,
    answer: &mut dyn Write,
) -> io::Result<()> {
    let last = words.len() - 1;
    for candidate in engine::complete(command, words, last, folder)? {
        match candidate.get_value().to_str() {
            Some(value) if !value.contains(char::is_control) => writeln!(answer, "{}", escaped(value))?,
            _ => {}
        }
    }
    Ok(())
}

/// Escapes all characters that bash could interpret, except the tilde of a home folder.
fn escaped(value: &str) -> String {
    let mut text = String::new();
    for (at, letter) in value.char_indices() {
        let is_home = at == 0 && value.starts_with("~/");
        if !(letter.is_alphanumeric() || "_-.,:=@/+%".contains(letter) || is_home) {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

const ZSH_SCRIPT: &str = r#"#compdef authctl
_authctl_values() {
    local -a candidates open closed
    candidates=("${(@f)$(_CLAP_IFS=$'\n' _CLAP_COMPLETE_INDEX=$((CURRENT - 1)) VARIABLE=zsh \
        PROGRAM -- "${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
    open=(${(M)candidates:#*[=/](:*|)})
    closed=(${candidates:#*[=/](:*|)})
    (( ${#open} )) && _describe -V values open -S ''
    (( ${#closed} )) && _describe -V values closed
}
compdef _authctl_values authctl
"#;
