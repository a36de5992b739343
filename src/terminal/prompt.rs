//! Prompts. They contain names from the database, so they are escaped here.

use std::fmt::Display;
use std::io::{self, IsTerminal as _};

use dialoguer::Password;
use dialoguer::console::Term;
use dialoguer::theme::{ColorfulTheme, Theme as _};

use crate::django::passwords::Plain;
use crate::error::failure::{Error, Result};
use crate::error::refusal::Refusal;
use crate::terminal::escape;
use crate::terminal::format::ColorChoice;

/// Asks the user at the terminal, if there is one. Prompts go to standard error.
#[derive(Debug)]
pub struct Prompt {
    is_interactive: bool,
    terminal: Term,
}

impl Prompt {
    /// Creates a prompt. It is interactive unless `no_input` is set, or standard input or error is not a terminal.
    #[must_use]
    pub fn new(no_input: bool) -> Self {
        Self {
            is_interactive: !no_input && io::stdin().is_terminal() && io::stderr().is_terminal(),
            terminal: Term::stderr(),
        }
    }

    /// Whether the user can be asked.
    #[must_use]
    pub fn is_interactive(&self) -> bool {
        self.is_interactive
    }

    /// Asks for a line of text until it is not empty and `check` finds no fault.
    ///
    /// # Errors
    /// Returns [`Refusal::InputEnded`] at the end of input.
    pub fn text(&self, question: &str, check: impl Fn(&str) -> Result<(), String>) -> Result<String> {
        self.text_or(question, None, check)
    }

    /// Like [`Self::text`], but an empty line is an answer: the default, if there is one. The default is shown unless it
    /// is empty.
    ///
    /// # Errors
    /// The same as for [`Self::text`].
    pub fn text_or(
        &self,
        question: &str,
        default: Option<&str>,
        check: impl Fn(&str) -> Result<(), String>,
    ) -> Result<String> {
        loop {
            let shown = default.filter(|default| !default.is_empty());
            let answer = self.line(question, shown)?.ok_or(Refusal::InputEnded)?;
            let answer = match default {
                Some(default) if answer.is_empty() => default.to_owned(),
                _ if answer.is_empty() => continue,
                _ => answer,
            };
            let Err(fault) = check(&answer) else { return Ok(answer) };
            let mut told = String::new();
            ColorfulTheme::default().format_error(&mut told, &escape::line(&fault))?;
            self.terminal.write_line(&told)?;
        }
    }

    /// Asks for one of these choices, by its text.
    ///
    /// # Errors
    /// The same as for [`Self::text`].
    pub fn one_of<T: Copy + Display>(&self, question: &str, choices: &[T]) -> Result<T> {
        let names: Vec<String> = choices.iter().map(T::to_string).collect();
        let names = names.join(", ");
        let chosen =
            |answer: &str| choices.iter().find(|choice| choice.to_string() == answer.trim()).copied();
        let check = |answer: &str| chosen(answer).map(drop).ok_or_else(|| format!("Choose one of {names}."));
        let answer = self.text(&format!("{question} (one of {names})"), check)?;
        chosen(&answer).ok_or_else(|| Refusal::InputEnded.into())
    }

    /// Asks once for a line. The terminal does the line editing, so that Ctrl-D ends the input. Returns `None` then.
    fn line(&self, question: &str, default: Option<&str>) -> Result<Option<String>> {
        let mut prompt = String::new();
        let default = default.map(escape::line);
        let theme = ColorfulTheme::default();
        theme.format_input_prompt(&mut prompt, &escape::line(question), default.as_deref())?;
        self.terminal.write_str(&prompt)?;
        self.terminal.flush()?;
        let mut line = String::new();
        if io::stdin().read_line(&mut line).map_err(|error| stopped(error.into()))? == 0 {
            self.terminal.write_line("")?;
            return Ok(None);
        }
        Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// Asks for a secret once, without echo.
    ///
    /// # Errors
    /// Returns [`Refusal::InputEnded`] for an empty line and at the end of input, which look the same.
    pub fn secret(&self, question: &str) -> Result<Plain> {
        let theme = ColorfulTheme::default();
        let prompt = Password::with_theme(&theme).with_prompt(escape::line(question));
        let prompt = prompt.allow_empty_password(true).report(false);
        let secret = prompt.interact_on(&self.terminal).map_err(stopped)?;
        if secret.is_empty() { Err(Refusal::InputEnded.into()) } else { Ok(Plain::new(secret)) }
    }

    /// Asks for a new password twice, without echo, until both inputs match.
    ///
    /// # Errors
    /// The same as for [`Self::secret`].
    pub fn new_password(&self, question: &str) -> Result<Plain> {
        loop {
            let first = self.secret(question)?;
            let second = self.secret(&format!("{question} (again)"))?;
            if first.as_str() == second.as_str() {
                return Ok(first);
            }
            self.terminal.write_line("The two entries do not match. Try again.")?;
        }
    }

    /// Asks a yes-or-no question. The default is no. The answer is a line, so that a stray key decides nothing.
    ///
    /// # Errors
    /// Returns [`Refusal::Declined`] at the end of input.
    pub fn confirm(&self, question: &str) -> Result<bool> {
        let answer = self.line(&format!("{question} (y/N)"), None)?.ok_or(Refusal::Declined)?;
        Ok(["y", "yes"].contains(&&*answer.trim().to_lowercase()))
    }
}

/// Asks for a secret that an option reads from standard input, if that is a terminal: with a prompt, and without echo.
///
/// # Errors
/// Returns [`Refusal::Usage`] if the prompt would not be visible, and the errors of [`Prompt::secret`].
pub fn secret_by_standard_input(question: &str) -> Result<Plain> {
    let prompt = Prompt::new(false);
    if !prompt.is_interactive() {
        let message = format!(
            "{question}: cannot prompt because standard error is not a terminal. Pipe the value to standard \
             input."
        );
        return Err(Refusal::Usage(message).into());
    }
    prompt.secret(question)
}

/// Sets whether prompts are colored, as for all other output.
pub fn choose_colors(color: ColorChoice) {
    dialoguer::console::set_colors_enabled_stderr(color.applies(io::stderr().is_terminal()));
}

/// Shows the cursor, which a prompt hides.
pub fn show_cursor() {
    // Without a terminal, there is no cursor.
    let _ = Term::stderr().show_cursor();
}

fn stopped(error: dialoguer::Error) -> Error {
    // The signal thread also restores the terminal, but this thread may end the program first.
    show_cursor();
    let dialoguer::Error::IO(error) = error;
    match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof | io::ErrorKind::NotConnected => {
            Refusal::Interrupted.into()
        }
        _ => error.into(),
    }
}
