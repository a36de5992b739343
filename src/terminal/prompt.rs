//! The only place that asks. Questions name users, tables and columns of the database, so they are escaped here.

use std::io::{self, IsTerminal as _};

use anyhow::Result;
use dialoguer::console::Term;
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Input, Password};

use crate::django::passwords::Plain;
use crate::error::refusal::Refusal;
use crate::terminal::escape;

/// Asks the person at the terminal, where there is one; questions go to standard error.
#[derive(Debug)]
pub struct Prompt {
    is_interactive: bool,
    terminal: Term,
}

impl Prompt {
    /// A prompt that asks unless `no_input` is set, or standard input or error is no terminal.
    #[must_use]
    pub fn new(no_input: bool) -> Self {
        Self {
            is_interactive: !no_input && io::stdin().is_terminal() && io::stderr().is_terminal(),
            terminal: Term::stderr(),
        }
    }

    /// Is there anybody to ask?
    #[must_use]
    pub fn is_interactive(&self) -> bool {
        self.is_interactive
    }

    /// Asks for a line of text that must not be empty, until nothing is wrong with it: `check` says what is.
    ///
    /// # Errors
    /// [`Refusal::Interrupted`] at the end of input.
    pub fn text(&self, question: &str, check: impl Fn(&str) -> Result<(), String>) -> Result<String> {
        let theme = ColorfulTheme::default();
        let input = Input::with_theme(&theme).with_prompt(escape::line(question));
        let check = |answer: &String| check(answer).map_err(|fault| escape::line(&fault));
        input.validate_with(check).interact_text_on(&self.terminal).map_err(stopped)
    }

    /// Asks for a secret once, without echo.
    ///
    /// # Errors
    /// [`Refusal::Declined`] for an empty line, as which the end of input is told too.
    pub fn secret(&self, question: &str) -> Result<Plain> {
        let theme = ColorfulTheme::default();
        let prompt = Password::with_theme(&theme).with_prompt(escape::line(question));
        let prompt = prompt.allow_empty_password(true).report(false);
        let secret = prompt.interact_on(&self.terminal).map_err(stopped)?;
        if secret.is_empty() { Err(Refusal::Declined.into()) } else { Ok(Plain::new(secret)) }
    }

    /// Asks for a new password twice, without echo, until both are the same.
    ///
    /// # Errors
    /// As [`Self::secret`].
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

    /// Asks yes or no, to be answered by a line: a key that was hit by chance decides nothing. No unless told.
    ///
    /// # Errors
    /// [`Refusal::Interrupted`] at the end of input.
    pub fn confirm(&self, question: &str) -> Result<bool> {
        let theme = ColorfulTheme::default();
        let question = escape::line(&format!("{question} (y/N)"));
        let prompt = Input::<String>::with_theme(&theme).with_prompt(question);
        let answer = prompt.allow_empty(true).interact_text_on(&self.terminal).map_err(stopped)?;
        Ok(["y", "yes"].contains(&&*answer.trim().to_lowercase()))
    }
}

/// A secret that standard input was said to give, where that is a terminal: as a question's answer, so that it is known what
/// is waited for and what is typed is not seen.
///
/// # Errors
/// [`Refusal::Usage`] where the question cannot be seen, and as [`Prompt::secret`].
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

/// Shows the cursor again, which a question hides.
pub fn show_cursor() {
    // Where there is no terminal, there is no cursor.
    let _ = Term::stderr().show_cursor();
}

fn stopped(error: dialoguer::Error) -> anyhow::Error {
    // The signal's own thread restores the terminal too, but this one may be faster to end the program.
    show_cursor();
    let dialoguer::Error::IO(error) = error;
    match error.kind() {
        io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof | io::ErrorKind::NotConnected => {
            Refusal::Interrupted.into()
        }
        _ => error.into(),
    }
}
