//! Checks the sources against the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{CIRCLES, CRATES, EXCEPTIONS, ROOMS, Room};
use super::sources::{ModulePath, Sources};

pub struct Rules {
    pub rooms: &'static [Room],
    pub crates: &'static [(&'static str, &'static [&'static str])],
    pub exceptions: &'static [(&'static str, &'static str, &'static str)],
    /// Modules that may import each other in a cycle.
    pub circles: &'static [&'static str],
}

impl Rules {
    pub fn of_the_house() -> Self {
        Self { rooms: &ROOMS, crates: &CRATES, exceptions: &EXCEPTIONS, circles: &CIRCLES }
    }

    fn room(&self, name: &str) -> Option<&Room> {
        self.rooms.iter().find(|room| room.name == name)
    }

    /// Returns the rooms that the map itself allows to import upwards.
    fn upward(&self) -> Vec<String> {
        let room_of = |name: &str| name.split("::").next().map(str::to_owned);
        let rank =
            |name: &str| self.rooms.iter().position(|room| Some(room.name) == room_of(name).as_deref());
        let rooms = self.rooms.iter().enumerate();
        rooms
            .flat_map(|(at, room)| room.may_import.iter().map(move |below| (at, room, below)))
            .filter(|(at, _, below)| rank(below).is_none_or(|below| below <= *at))
            .map(|(_, room, below)| {
                format!("the rules let {} import {below}, which is not below it", room.name)
            })
            .collect()
    }
}

/// An import or a path that leads from one module to another.
struct Arrow {
    from: ModulePath,
    to: ModulePath,
    item: String,
}

fn arrows(sources: &Sources) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for (from, module) in &sources.0 {
        let imports = module.imports.iter().map(|import| &import.path);
        for path in imports.chain(&module.paths) {
            if let Some((to, rest)) = sources.resolve(from, path).filter(|(to, _)| to != from) {
                arrows.push(Arrow {
                    from: from.clone(),
                    to,
                    item: rest.first().cloned().unwrap_or_default(),
                });
            }
        }
    }
    arrows
}

/// Returns all violations of the rules, one per line.
pub fn violations(sources: &Sources, rules: &Rules) -> Vec<String> {
    let mut found = rules.upward();
    let mut used = BTreeSet::new();
    let mut excuse = |file: &str, target: &str| {
        let known = rules.exceptions.iter().find(|(known, to, _)| *known == file && *to == target);
        used.extend(known.map(|(file, target, _)| (*file, *target)));
        known.is_some()
    };
    let arrows = arrows(sources);
    for Arrow { from, to, item } in &arrows {
        let (Some(room), Some(target)) = (from.first(), to.first()) else { continue };
        let file = &sources.0[from].file;
        let Some(rule) = rules.room(room) else {
            // `main.rs` has no rule.
            continue;
        };
        let module = to.join("::");
        let is_in = |name: &str| module == name || module.starts_with(&format!("{name}::"));
        let is_allowed = room == target || rule.may_import.iter().any(|name| is_in(name));
        if !is_allowed && !excuse(file, target) {
            found.push(format!("src/{file}: {room} may not import {}::{item}", to.join("::")));
        }
    }
    for (path, module) in &sources.0 {
        let imports = module.imports.iter().map(|import| &import.path);
        let named: BTreeSet<&str> = imports.chain(&module.paths).map(|path| &*path[0]).collect();
        for (name, homes) in rules.crates {
            let here = path.join("::");
            let is_home = homes.iter().any(|home| here == *home || here.starts_with(&format!("{home}::")));
            // A module with the name of the crate shadows it.
            let is_hidden = sources.0.contains_key(&[&path[..], &[(*name).to_owned()]].concat());
            if named.contains(name) && !is_home && !is_hidden && !excuse(&module.file, name) {
                found.push(format!("src/{}: {name} belongs in {}", module.file, homes.join(", ")));
            }
        }
    }
    let circles = circles(&arrows);
    for known in rules.circles.iter().filter(|known| !circles.iter().any(|module| module == *known)) {
        found.push(format!("{known} no longer imports itself in a circle: remove the exception"));
    }
    let unknown = circles.iter().filter(|module| !rules.circles.contains(&&***module));
    found.extend(unknown.map(|module| format!("{module} imports itself in a circle")));
    for (file, target, _) in rules.exceptions {
        if !used.contains(&(*file, *target)) {
            found.push(format!("{file} no longer names {target}: remove the exception"));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Returns import cycles among the modules of each folder. Imports between a folder's `mod.rs` and its modules are
/// allowed.
fn circles(arrows: &[Arrow]) -> Vec<String> {
    let mut folders: BTreeMap<&[String], BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for Arrow { from, to, .. } in arrows {
        let shared = from.iter().zip(to).take_while(|(one, other)| one == other).count();
        // Imports between rooms have their own rules.
        if shared > 0 && shared < from.len() && shared < to.len() {
            folders.entry(&from[..shared]).or_default().entry(&from[shared]).or_default().insert(&to[shared]);
        }
    }
    let mut found = Vec::new();
    for (folder, graph) in folders {
        for start in graph.keys() {
            let mut reached = BTreeSet::new();
            let mut next: Vec<&str> = graph[start].iter().copied().collect();
            while let Some(module) = next.pop() {
                if reached.insert(module) {
                    next.extend(graph.get(module).into_iter().flatten());
                }
            }
            if reached.contains(start) {
                found.push(format!("src/{}/{start}", folder.join("/")));
            }
        }
    }
    found
}

/// Returns the names shared by several public types. `Args` is exempt because each command has one.
pub fn names_used_twice(sources: &Sources) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for module in sources.0.values() {
        for name in module.types.iter().filter(|name| *name != "Args") {
            places.entry(name).or_default().push(&module.file);
        }
    }
    places
        .into_iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|(name, files)| format!("{name} is defined in {}", files.join(" and ")))
        .collect()
}
