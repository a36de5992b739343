//! Checks that a run did all or nothing, and reported it truthfully.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::commands::{Case, Database};
use super::place::{AUDIT_LOG, DATABASE, Place};
use super::state::{Known, State, is_of_database, is_stored, new_keys, state};

/// The result of a case's good run, for comparison.
pub struct Good {
    pub known: Known,
    pub before: State,
    pub after: State,
    pub stdout: String,
    pub warnings: usize,
}

/// Counts the warnings.
pub fn warnings(stderr: &str) -> usize {
    stderr.lines().filter(|line| line.starts_with("warning:")).count()
}

/// The result of a run.
pub struct Ended<'a> {
    /// 137 after a kill.
    pub code: i32,
    pub stdout: &'a str,
    pub stderr: &'a str,
    /// Whether the fault may have prevented any output.
    pub is_mute: bool,
}

const RESULTS: &str = "out/made.csv";

const KILLED: i32 = 137;
const UNANSWERED: i32 = 14;

/// Checks a run.
///
/// # Errors
/// A description of everything that is wrong.
pub fn judge(place: &Place, case: &Case, good: &Good, ended: &Ended<'_>) -> Result<(), String> {
    let mut faults = Vec::new();
    let is_killed = ended.code == KILLED;
    if !matches!(ended.code, 1 | 2 | 8 | 9 | UNANSWERED | KILLED) && ended.code != case.code {
        faults.push(format!("exit {}", ended.code));
    }
    if ended.stderr.contains("panicked") {
        faults.push("a panic".into());
    }
    if ended.code != case.code && !is_killed && !ended.is_mute && ended.stderr.is_empty() {
        faults.push("no message".into());
    }
    for path in place.paths() {
        let mode = place.mode(&path);
        if mode & 0o077 != 0 {
            faults.push(format!("{} has mode {mode:o}", path.display()));
        }
    }
    let mut now = state(place, &good.known)?;
    // Only a killed run may leave other files, which the next command removes.
    let is_strange = |path: &&PathBuf| {
        !good.before.contains_key(*path) && !good.after.contains_key(*path) && !is_of_database(path)
    };
    let strange: BTreeSet<PathBuf> = now.keys().filter(is_strange).cloned().collect();
    now.retain(|path, _| !strange.contains(path));
    if !strange.is_empty() && !is_killed {
        faults.push(format!("left: {strange:?}"));
    }
    faults.extend(compare(case, good, ended, &now));
    if ended.code == case.code && good.known.normalize(ended.stdout) != good.stdout {
        faults.push(format!("another answer: {:?}", ended.stdout));
    }
    if case.database != Database::Created || now.contains_key(Path::new(DATABASE)) {
        let stdout = if ended.code == case.code { ended.stdout } else { "" };
        faults.extend(unstored_keys(place, good, stdout));
    }
    let is_in_part = case.is_in_batches && ended.code != case.code;
    if matches!(ended.code, KILLED | UNANSWERED) || is_in_part {
        faults.extend(clean_up(place, case, good, &strange));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

/// Runs the next commands and returns what they do not clean up.
fn clean_up(place: &Place, case: &Case, good: &Good, strange: &BTreeSet<PathBuf>) -> Vec<String> {
    let mut faults = Vec::new();
    if !strange.is_empty() {
        place.write_everywhere();
        let left = place.paths();
        let left = strange.iter().filter(|path| left.contains(path));
        faults.extend(left.map(|path| format!("never removed: {}", path.display())));
    }
    if let Ok(results) = fs::read_to_string(place.path(RESULTS)) {
        // Continuing the file drops rows that were not committed.
        let before = results;
        place.run_again(case);
        let results = fs::read_to_string(place.path(RESULTS)).unwrap_or_default();
        let is_lost = |key: &&str| is_stored(place, key) && !results.contains(*key);
        if new_keys(&before, &good.known).iter().any(is_lost) {
            faults.push(format!("{RESULTS} has lost keys that are stored: {results:?}"));
        }
        if new_keys(&results, &good.known).iter().any(|key| !is_stored(place, key)) {
            faults.push(format!("{RESULTS} has keys that are not stored: {results:?}"));
        }
    }
    faults
}

/// Compares each file with its content before and after a good run.
fn compare(case: &Case, good: &Good, ended: &Ended<'_>, now: &State) -> Vec<String> {
    let mut faults = Vec::new();
    let paths: BTreeSet<&PathBuf> = good.before.keys().chain(good.after.keys()).collect();
    let changing = paths.into_iter().filter(|path| good.before.get(*path) != good.after.get(*path));
    let is_done = |path: &Path| now.get(path) == good.after.get(path);
    let is_changed = case.database == Database::Read || is_done(Path::new(DATABASE));
    let text = |state: &State, path: &Path| state.get(path).cloned().unwrap_or_default();
    for path in changing {
        let name = path.display();
        let is_untouched = now.get(path) == good.before.get(path);
        let is_side = path.starts_with("state") && !case.is_of_session || path == Path::new(AUDIT_LOG);
        let is_in_part = case.is_in_batches && ended.code != case.code;
        if path == Path::new(RESULTS) && (matches!(ended.code, KILLED | UNANSWERED) || is_in_part) {
            // Written before the commit; the next run drops rows that were not committed.
        } else if path == Path::new(AUDIT_LOG) {
            let is_told = ended.is_mute || warnings(ended.stderr) > good.warnings;
            faults.extend(judge_log(case, &text(now, path), ended.code, is_told, is_changed));
        } else if path == Path::new(DATABASE) && is_in_part {
            // Some batches are committed; the results say which.
        } else if path.starts_with("state")
            && !case.is_of_session
            && serde_json::from_str::<Json>(&text(now, path)).is_ok()
        {
            // It may have been written several times; a failure to write it is a warning.
        } else if !is_done(path) && !is_untouched {
            let (before, now) = (text(&good.before, path), text(now, path));
            faults.push(format!("exit {}, and {name} is torn:\n{}", ended.code, difference(&before, &now)));
        } else if ended.code == case.code && !is_done(path) {
            if !(is_side && (ended.is_mute || warnings(ended.stderr) > good.warnings)) {
                faults.push(format!("exit {}, but {name} is as before", ended.code));
            }
        } else if ended.code == UNANSWERED || ended.code == case.code {
        } else if ended.code == KILLED {
            if !is_untouched && !is_changed {
                faults.push(format!("{name} is there before the change"));
            }
        } else if !is_untouched && !is_side {
            faults.push(format!("exit {}, but {name} is changed", ended.code));
        }
    }
    faults
}

/// Returns the lines that differ.
fn difference(before: &str, now: &str) -> String {
    let lines = |mark: &'static str, of: &str, other: &str| {
        let lines = of.lines().filter(|line| !other.lines().any(|known| known == *line));
        lines.flat_map(|line| [mark, " ", line, "\n"]).collect::<String>()
    };
    lines("-", before, now) + &lines("+", now, before)
}

/// Checks the audit log: complete lines, one before each change and one with its outcome.
fn judge_log(case: &Case, text: &str, code: i32, is_told: bool, is_changed: bool) -> Vec<String> {
    let lines: Result<Vec<Json>, _> = text.lines().map(serde_json::from_str).collect();
    let Ok(lines) = lines else { return vec![format!("the audit log is torn: {text:?}")] };
    let states: Vec<&str> = lines.iter().filter_map(|line| line["state"].as_str()).collect();
    // Each batch has a pair of lines, and the last batch may have failed. If a second line is missing, a warning must
    // say so.
    let last = if case.is_in_batches { states.iter().rposition(|state| *state == "begun") } else { None };
    let (batches, last) = states.split_at(last.unwrap_or_default());
    let is_whole = |batch: &[&str]| batch == ["begun", "done"] || batch == ["begun"] && is_told;
    let mut batches = batches.chunk_by(|_, state| *state != "begun");
    let is_true = batches.all(is_whole)
        && match last[..] {
            [] => !is_changed || code != 0,
            ["begun"] => is_told || code != 0,
            ["begun", "done"] => is_changed || case.is_in_batches,
            ["begun", "failed"] => !is_changed || case.is_in_batches,
            ["begun", "unknown"] => code == UNANSWERED,
            _ => false,
        };
    if is_true { Vec::new() } else { vec![format!("exit {code}, and the audit log says {states:?}")] }
}

/// Returns keys that were printed or written to a file although they are not stored.
fn unstored_keys(place: &Place, good: &Good, stdout: &str) -> Vec<String> {
    let mut texts = vec![("standard output".to_owned(), stdout.to_owned())];
    for name in ["out/key", "out/env", "state/authctl/sessions.json"] {
        let text = fs::read_to_string(place.path(name)).unwrap_or_default();
        texts.push((name.to_owned(), text));
    }
    let keys = texts
        .iter()
        .flat_map(|(name, text)| new_keys(text, &good.known).into_iter().map(move |key| (name, key)));
    keys.filter(|(_, key)| !is_stored(place, key))
        .map(|(name, _)| format!("{name} has a key that is not stored"))
        .collect()
}
