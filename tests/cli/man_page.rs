//! Man pages from the definitions of the commands.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command};

/// The heading of the options that every command has. Only the page of the program describes them.
const GLOBAL: &str = "Global options";

/// Lays out the page of the program or of one of its commands. `commands` are the headings of the program's help, each
/// with the names of its commands.
pub fn man_page(command: &Command, program: &Command, commands: &[(String, Vec<String>)]) -> String {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let is_program = command.get_name() == program.get_name();
    let version = env!("CARGO_PKG_VERSION");
    let mut page = format!(".TH {} 1 \"\" \"authctl {version}\" \"authctl manual\"\n", roff(name));
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    write!(page, ".SH NAME\n{} \\- {}\n", roff(name), roff(&about)).unwrap();
    write!(page, ".SH SYNOPSIS\n{}\n.SH DESCRIPTION\n", synopsis(command)).unwrap();
    let description = command.get_long_about().map(ToString::to_string);
    // The first paragraph is the line under NAME.
    let description = description.and_then(|text| Some(text.split_once("\n\n")?.1.to_owned()));
    page += &paragraphs(&description.unwrap_or(about + "."), ".PP");
    page += &options(command, is_program);
    if is_program {
        page += ".SH COMMANDS\n";
        for (heading, names) in commands {
            writeln!(page, ".SS {}", roff(heading)).unwrap();
            for name in names {
                let about = program.find_subcommand(name).unwrap().get_about().unwrap();
                let about = roff(&about.to_string());
                write!(page, ".TP\n{}\n{about}\n", reference(&format!("authctl-{name}"))).unwrap();
            }
        }
    }
    let after = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    for part in after.trim_end().split("\n\n") {
        page += &section(part);
    }
    page + &see_also(command, is_program, commands)
}

fn synopsis(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let (words, arguments) = usage.split_at(usage.find(['[', '<']).unwrap_or(usage.len()));
    let arguments = roff(arguments).replace("OPTIONS", r"\fIOPTIONS\fR");
    let arguments = arguments.replace('<', r"\fI").replace('>', r"\fR");
    format!(".B {}\n{arguments}", roff(words.trim_end()))
}

/// The section of all options, under their headings. The arguments are first.
fn options(command: &Command, is_program: bool) -> String {
    let mut text = ".SH OPTIONS\n".to_owned();
    let visible: Vec<&Arg> = command.get_arguments().filter(|argument| !argument.is_hide_set()).collect();
    let mut headings: Vec<Option<&str>> = vec![None];
    headings.extend(visible.iter().map(|argument| argument.get_help_heading()));
    for (index, heading) in headings.iter().enumerate() {
        if headings[..index].contains(heading) || (*heading == Some(GLOBAL) && !is_program) {
            continue;
        }
        if let Some(heading) = heading {
            writeln!(text, ".SS {}", roff(heading)).unwrap();
        }
        let mut group: Vec<&&Arg> =
            visible.iter().filter(|argument| argument.get_help_heading() == *heading).collect();
        group.sort_by_key(|argument| (!argument.is_positional(), argument.get_id() == "help"));
        for argument in group {
            text += &option(argument);
        }
    }
    if !is_program {
        let global = visible.iter().filter(|argument| argument.get_help_heading() == Some(GLOBAL));
        let names: Vec<String> = global.filter_map(|argument| argument.get_long()).map(long).collect();
        let names = names.join(", ");
        write!(text, ".SS {GLOBAL}\n{names}: see {}.\n", reference("authctl")).unwrap();
    }
    text
}

fn option(argument: &Arg) -> String {
    let short = argument.get_short().map(|short| format!(r"\fB\-{short}\fR"));
    let names: Vec<String> = short.into_iter().chain(argument.get_long().map(long)).collect();
    let names = names.join(", ");
    let takes_value = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
    let value = argument.get_value_names().unwrap_or_default().join(" ");
    let value = format!(r"\fI{}\fR", roff(&value));
    let is_optional = argument.get_num_args().is_some_and(|number| number.min_values() == 0);
    let mut text = match (argument.is_positional(), takes_value) {
        (true, _) => format!(".TP\n{value}\n"),
        (false, true) if is_optional => format!(".TP\n{names}[={value}]\n"),
        (false, true) => format!(".TP\n{names} {value}\n"),
        (false, false) => format!(".TP\n{names}\n"),
    };
    let mut help = match argument.get_long_help().or(argument.get_help()) {
        _ if argument.get_id() == "help" => "Print help".to_owned(),
        help => help.map(ToString::to_string).unwrap_or_default(),
    };
    let defaults: Vec<_> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if takes_value && !defaults.is_empty() && !argument.is_hide_default_value_set() {
        let (first, rest) =
            help.split_once("\n\n").map_or((&*help, None), |(first, rest)| (first, Some(rest)));
        let rest = rest.map(|rest| format!("\n\n{rest}")).unwrap_or_default();
        help = format!("{first} [default: {}]{rest}", defaults.join(", "));
    }
    text += &paragraphs(&help, ".IP");
    let values = argument.get_possible_values();
    let values = values.iter().filter(|value| !value.is_hide_set() && takes_value);
    let values: Vec<_> = values.filter_map(|value| Some((value.get_name(), value.get_help()?))).collect();
    if !values.is_empty() {
        text += ".RS\n";
        for (name, help) in values {
            write!(text, ".TP\n\\fB{}\\fR\n{}\n", roff(name), roff(&help.to_string())).unwrap();
        }
        text += ".RE\n";
    }
    text
}

/// A part of the text after the options as a section. Examples keep their lines. A list has a term on each line, and
/// its text behind it or on the next line. Everything else is filled.
fn section(part: &str) -> String {
    let (heading, text) = part.split_once(':').unwrap();
    let heading = match heading.split(" (").next().unwrap() {
        "Exit codes" => "EXIT STATUS".to_owned(),
        heading => heading.to_uppercase(),
    };
    let mut section = format!(".SH {}\n", roff(&heading));
    if let Some(sentence) = text.strip_prefix(' ') {
        let (first, rest) = sentence.split_at(1);
        section += &paragraphs(&(first.to_uppercase() + rest), ".PP");
    } else if heading == "EXAMPLES" {
        section += ".nf\n";
        for line in text.trim_start_matches('\n').lines() {
            writeln!(section, "{}", roff(line.trim_start())).unwrap();
        }
        section += ".fi\n";
    } else {
        for line in text.trim_start_matches('\n').lines() {
            let (term, meaning) = line.trim_start().split_once("  ").unwrap_or((line.trim(), ""));
            let is_continued = line.starts_with("            ");
            if is_continued {
                writeln!(section, "{}", roff(term)).unwrap();
                continue;
            }
            write!(section, ".TP\n\\fB{}\\fR\n", roff(term)).unwrap();
            if !meaning.is_empty() {
                writeln!(section, "{}", roff(meaning.trim_start())).unwrap();
            }
        }
    }
    section
}

/// The commands of the same heading, and the page that describes what all commands share.
fn see_also(command: &Command, is_program: bool, commands: &[(String, Vec<String>)]) -> String {
    if is_program {
        return String::new();
    }
    let related =
        commands.iter().map(|(_, names)| names).find(|names| names.iter().any(|n| n == command.get_name()));
    let related = related.into_iter().flatten().filter(|name| *name != command.get_name());
    let related = related.map(|name| reference(&format!("authctl-{name}")));
    let pages: Vec<String> = [reference("authctl")].into_iter().chain(related).collect();
    format!(".SH SEE ALSO\n{}\n", pages.join(",\n"))
}

/// A page's name and section, which are never hyphenated.
fn reference(page: &str) -> String {
    format!(r"\%\fB{}\fR(1)", roff(page))
}

fn long(name: &str) -> String {
    format!(r"\fB\-\-{}\fR", roff(name))
}

/// Writes the paragraphs of a help text, separated by this request.
fn paragraphs(text: &str, request: &str) -> String {
    let paragraphs: Vec<String> = text.trim_end().split("\n\n").map(roff).collect();
    paragraphs.join(&format!("\n{request}\n")) + "\n"
}

/// Escapes a text. What is between backticks becomes bold.
fn roff(text: &str) -> String {
    let mut escaped = String::new();
    let mut is_bold = false;
    for (at, char) in text.char_indices() {
        match char {
            '`' => {
                is_bold = !is_bold;
                escaped += if is_bold { r"\fB" } else { r"\fR" };
            }
            '\\' => escaped += r"\e",
            '-' => escaped += r"\-",
            '\'' => escaped += r"\(aq",
            // A line that starts with a dot would be a request.
            '.' if text[..at].is_empty() || text[..at].ends_with('\n') => escaped += r"\&.",
            char if char.is_ascii() => escaped.push(char),
            char => write!(escaped, r"\[u{:04X}]", u32::from(char)).unwrap(),
        }
    }
    escaped
}
