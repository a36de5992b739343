//! Breaks each rule on purpose to see that the checks report it.

use super::checks::{Rules, names_used_twice, violations};
use super::rules::Room;
use super::sources::Sources;

const ROOMS: [Room; 3] = [
    Room { name: "top", may_import: &["middle", "bottom"] },
    Room { name: "middle", may_import: &["bottom"] },
    Room { name: "bottom", may_import: &[] },
];

fn rules(exceptions: &'static [(&'static str, &'static str, &'static str)]) -> Rules {
    Rules { rooms: &ROOMS, crates: &[("clap", &["top"])], exceptions, circles: &[] }
}

fn house(files: &[(&str, &str)]) -> Sources {
    let empty = ["lib.rs", "top.rs", "middle.rs", "bottom/mod.rs", "bottom/one.rs", "bottom/two.rs"];
    let base =
        empty.iter().filter(|file| !files.iter().any(|(name, _)| name == *file)).map(|file| (*file, ""));
    Sources::parse(base.chain(files.iter().copied()).map(|(file, text)| (file.to_owned(), text.to_owned())))
}

fn found(files: &[(&str, &str)]) -> Vec<String> {
    violations(&house(files), &rules(&[]))
}

#[test]
fn allowed_imports_pass() {
    let top = "use clap::Args; use crate::bottom::{self, one::Thing}; fn f() { crate::middle::g(); std::mem::drop(1); }";
    assert!(
        found(&[("top.rs", top), ("bottom/mod.rs", "use self::one::Thing; mod one; mod two;")]).is_empty()
    );
}

#[test]
fn every_form_of_upward_import_is_found() {
    for text in [
        "use crate::top::Thing;",
        "use crate::{bottom::one, top as t};",
        "use super::top;",
        "use crate::top::*;",
        "pub(crate) use crate::top::Thing;",
        "fn f() -> crate::top::Thing { todo!() }",
        "fn f() { println!(\"{}\", super::top::thing()); }",
        "mod inner { fn f() { crate::top::thing() } }",
        "#[derive(crate::top::Thing)] struct S;",
    ] {
        assert_eq!(found(&[("middle.rs", text)]).len(), 1, "{text}");
    }
    let deep = "use super::super::top::Thing;";
    assert_eq!(found(&[("bottom/one.rs", deep)]).len(), 1);
}

#[test]
fn an_upward_import_through_a_reexport_is_found_at_both_ends() {
    let files = [("middle.rs", "pub use crate::top::Thing;"), ("top.rs", "pub struct Thing;")];
    assert_eq!(found(&files), ["src/middle.rs: middle may not import top::Thing"]);
    let hidden = [
        ("bottom/mod.rs", "pub use super::lib_alias::Thing; mod one; mod two;"),
        ("lib.rs", "pub use crate::top::Thing;"),
        ("middle.rs", "use crate::Thing;"),
        ("top.rs", "pub struct Thing;"),
    ];
    assert_eq!(found(&hidden), ["src/middle.rs: middle may not import top::Thing"]);
}

#[test]
fn a_cycle_within_a_room_is_found() {
    let files =
        [("bottom/one.rs", "use super::two::B;"), ("bottom/two.rs", "fn f() { crate::bottom::one::a() }")];
    let expected = ["src/bottom/one imports itself in a circle", "src/bottom/two imports itself in a circle"];
    assert_eq!(found(&files), expected);
}

#[test]
fn an_excused_cycle_must_exist() {
    let rules = Rules { circles: &["src/bottom/one"], ..rules(&[]) };
    let unused = violations(&house(&[]), &rules);
    assert_eq!(unused, ["src/bottom/one no longer imports itself in a circle: remove the exception"]);
}

#[test]
fn a_crate_outside_its_room_is_found() {
    for text in
        ["use clap::Args;", "#[derive(clap::ValueEnum)] enum E {}", "fn f() { clap::Command::new(\"x\"); }"]
    {
        assert_eq!(found(&[("middle.rs", text)]), ["src/middle.rs: clap belongs in top"], "{text}");
    }
}

#[test]
fn unit_tests_may_import_anything() {
    let text = "#[cfg(test)] mod tests { use crate::top::Thing; use clap::Args; } #[cfg(test)] mod more;";
    let more = "use crate::top::Thing;";
    assert!(found(&[("middle.rs", text), ("middle/more.rs", more)]).is_empty());
}

#[test]
fn an_exception_excuses_one_file_and_must_be_needed() {
    let rules = rules(&[("middle.rs", "top", "a reason")]);
    let upward = "use crate::top::Thing;";
    assert!(violations(&house(&[("middle.rs", upward)]), &rules).is_empty());
    let other = violations(&house(&[("middle.rs", upward), ("bottom/one.rs", upward)]), &rules);
    assert_eq!(other, ["src/bottom/one.rs: bottom may not import top::Thing"]);
    let unused = violations(&house(&[]), &rules);
    assert_eq!(unused, ["middle.rs no longer names top: remove the exception"]);
}

#[test]
fn rules_that_allow_upward_imports_are_found() {
    const BAD: [Room; 2] =
        [Room { name: "top", may_import: &["bottom"] }, Room { name: "bottom", may_import: &["top"] }];
    let rules = Rules { rooms: &BAD, crates: &[], exceptions: &[], circles: &[] };
    assert_eq!(violations(&house(&[]), &rules).len(), 1);
}

#[test]
fn a_name_shared_by_two_public_types_is_found() {
    let files = [
        ("middle.rs", "pub struct Plan; pub struct Args; struct Own;"),
        ("top.rs", "pub enum Plan {} pub struct Args; struct Own;"),
    ];
    assert_eq!(names_used_twice(&house(&files)), ["Plan is defined in middle.rs and top.rs"]);
}
