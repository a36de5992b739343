//! What is deleted, and what blocks it.

use std::collections::{HashMap, HashSet};

use super::decisions::{Decisions, is_named_by};
use super::{Deletion, Root};
use crate::error::failure::Result;
use crate::error::faults::{BlockedReference, Fault, FaultCode, ReferenceWay, References};
use crate::error::misuse::{Misuse, ReferenceDecision};
use crate::error::refusal::Refusal;
use crate::store::account_tables::{AccessKind, Doors, OnDelete, on_delete};
use crate::store::engine::RowName;
use crate::store::schema::{Reference, Table, quoted};
use crate::store::{Store, Transaction};
/// The suffix of the column that links a child to its parent in Django's multi-table inheritance.
const PARENT_LINK: &str = "_ptr_id";

/// The table of the rows to delete, by the number of their node.
const DELETED_ROWS: &str = "authctl_deleted";

/// A table of which rows may be deleted, or that refers to one.
struct Node {
    table: Table,
    /// What identifies a row.
    row: RowName,
    is_deletable: bool,
    /// The edges to this node, and the edges from it.
    to: Vec<usize>,
    from: Vec<usize>,
}

/// A reference from one node to another.
struct Edge {
    from: usize,
    column: String,
    to: usize,
    target: String,
    rule: Rule,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// The row is deleted with the row that it refers to, as Django does.
    Deletes,
    /// The row is the same object as the row that it refers to. Each is deleted with the other.
    IsParent,
    /// The row is deleted because of `--cascade`.
    Cascades,
    /// The reference is set to NULL if the column allows it: because of `--set-null`, or as Django does.
    SetsNull,
    /// There is no decision, so a referring row blocks the deletion.
    Blocks,
}

impl Rule {
    fn deletes_row(self) -> bool {
        matches!(self, Self::Deletes | Self::IsParent | Self::Cascades)
    }
}

pub(super) struct Plan<'a> {
    store: &'a Store,
    decisions: &'a Decisions,
    belongings: HashSet<(String, String)>,
    doors: Doors,
    nodes: Vec<Node>,
    numbers: HashMap<String, usize>,
    edges: Vec<Edge>,
}

impl Store {
    /// Returns the columns that make a row a part of its user: those of the admin log, groups, permissions, tokens and
    /// profiles. An OAuth2 token belongs to the user even if the reference can be NULL, as in Django. A profile whose
    /// reference can be NULL does not.
    fn belongings(&self, doors: &Doors) -> Result<HashSet<(String, String)>> {
        let layout = &self.layout;
        let tokens = layout.drf.iter().chain(layout.knox.iter().map(|knox| &knox.table));
        let mut columns = vec![("django_admin_log", "user_id")];
        columns.extend(tokens.map(|table| (&*table.name, "user_id")));
        let of_user = doors.of(&[AccessKind::OAuth2]);
        columns.extend(of_user.filter_map(|door| Some((&*door.table.name, door.owner.as_deref()?))));
        for link in self.group_link()?.into_iter().chain(self.permission_link()?) {
            columns.push((&link.table, &link.user_column));
        }
        for profile in self.profile_tables()? {
            if !is_nullable(&profile.table, &profile.user_column) {
                columns.push((&profile.table.name, &profile.user_column));
            }
        }
        Ok(columns.into_iter().map(|(table, column)| (table.to_owned(), column.to_owned())).collect())
    }
}

impl<'a> Plan<'a> {
    pub(super) fn new(store: &'a Store, root: &Root<'_>, decisions: &'a Decisions) -> Result<Self> {
        let doors = Doors::find(store)?;
        let belongings = if root.are_users { store.belongings(&doors)? } else { HashSet::new() };
        let (nodes, numbers, edges) = (Vec::new(), HashMap::new(), Vec::new());
        let mut plan = Self { store, decisions, belongings, doors, nodes, numbers, edges };
        plan.find_references(root.table)?;
        plan.check_decisions()?;
        plan.collect(root)?;
        Ok(plan)
    }

    /// Finds every reference to a table whose rows may be deleted.
    fn find_references(&mut self, root: &Table) -> Result<()> {
        let store = self.store;
        let mut open = Vec::new();
        if let Some(root) = self.number_of(root)? {
            self.mark_deletable(root, &mut open);
        }
        while let Some(to) = open.pop() {
            let table = self.nodes[to].table.clone();
            for referring in store.engine.referring_to(&[&table.name])? {
                let Some(from) = self.number_of(&referring)? else { continue };
                for reference in &referring.references {
                    if reference.table.eq_ignore_ascii_case(&table.name) && has(&table, &reference.target) {
                        let rule = self.rule(&referring, reference, to);
                        if rule.deletes_row() {
                            self.mark_deletable(from, &mut open);
                        }
                        let (column, target) = (reference.column.clone(), reference.target.clone());
                        self.nodes[to].to.push(self.edges.len());
                        self.nodes[from].from.push(self.edges.len());
                        self.edges.push(Edge { from, column, to, target, rule });
                    }
                }
            }
            if let Some(link) = parent_link(&table)
                && let Some(parent) = store.engine.table(&link.table)?
                && let Some(parent) = self.number_of(&parent)?
            {
                self.mark_deletable(parent, &mut open);
            }
        }
        Ok(())
    }

    fn mark_deletable(&mut self, node: usize, open: &mut Vec<usize>) {
        if !self.nodes[node].is_deletable {
            self.nodes[node].is_deletable = true;
            open.push(node);
        }
    }

    /// Returns the node of this table and creates it if necessary. Returns `None` if the rows of the table cannot be
    /// identified. Such a table is left to the database.
    fn number_of(&mut self, table: &Table) -> Result<Option<usize>> {
        if let Some(known) = self.numbers.get(&table.name) {
            return Ok(Some(*known));
        }
        let number = self.nodes.len();
        let Some(row) = self.store.engine.row_name(table)? else { return Ok(None) };
        let (to, from) = (Vec::new(), Vec::new());
        self.nodes.push(Node { table: table.clone(), row, is_deletable: false, to, from });
        self.numbers.insert(table.name.clone(), number);
        Ok(Some(number))
    }

    fn rule(&self, table: &Table, reference: &Reference, to: usize) -> Rule {
        let is_named =
            |names: &[String]| names.iter().any(|name| is_named_by(name, &table.name, &reference.column));
        let on_delete = on_delete(table, &reference.column);
        if parent_link(table).is_some_and(|link| link.column == reference.column) {
            Rule::IsParent
        } else if on_delete == Some(OnDelete::Cascade)
            || to == 0 && self.belongings.contains(&(table.name.clone(), reference.column.clone()))
        {
            Rule::Deletes
        } else if is_named(&self.decisions.set_null) {
            Rule::SetsNull
        } else if is_named(&self.decisions.cascade) {
            Rule::Cascades
        } else if on_delete == Some(OnDelete::SetNull) {
            Rule::SetsNull
        } else {
            Rule::Blocks
        }
    }

    /// Refuses decisions that cannot be followed.
    ///
    /// These are decisions about references to rows that are kept, and two decisions about the same reference. A
    /// decision to keep rows that are deleted in any case is refused too, so that they are not lost by mistake.
    fn check_decisions(&self) -> Result<()> {
        let Decisions { cascade, set_null } = self.decisions;
        let open: Vec<&Edge> =
            self.edges.iter().filter(|edge| !matches!(edge.rule, Rule::Deletes | Rule::IsParent)).collect();
        let names_edge = |name: &str, edge: &Edge| is_named_by(name, self.table_of(edge), &edge.column);
        for (decision, names) in
            [(ReferenceDecision::Cascade, cascade), (ReferenceDecision::SetNull, set_null)]
        {
            for name in names {
                if !self.edges.iter().any(|edge| names_edge(name, edge)) {
                    let mut known: Vec<String> = open.iter().map(|edge| self.name_of(edge)).collect();
                    known.sort();
                    known.dedup();
                    let name = name.clone();
                    return Err(Misuse::UnknownReference { decision, name, known }.into());
                }
            }
        }
        for name in set_null {
            if !open.iter().any(|edge| names_edge(name, edge)) {
                return Err(Misuse::DeletedReference(name.clone()).into());
            }
        }
        let is_named = |names: &[String], edge| names.iter().any(|name| names_edge(name, edge));
        match open.iter().find(|edge| is_named(cascade, edge) && is_named(set_null, edge)) {
            Some(both) => Err(Misuse::TwoDecisions(self.name_of(both)).into()),
            None => Ok(()),
        }
    }

    /// Returns the table that contains the reference.
    fn table_of(&self, edge: &Edge) -> &str {
        &self.nodes[edge.from].table.name
    }

    /// Returns the name of the reference in decisions.
    fn name_of(&self, edge: &Edge) -> String {
        format!("{}.{}", self.table_of(edge), edge.column)
    }

    /// Collects the rows to delete.
    fn collect(&self, root: &Root<'_>) -> Result<()> {
        let engine = &*self.store.engine;
        let list = engine.temporary(DELETED_ROWS);
        engine.execute(&format!("CREATE TEMPORARY TABLE {DELETED_ROWS} {}", engine.row_list()), &[])?;
        let first = &self.nodes[0];
        let sql = format!(
            "INSERT INTO {list} (node, {}) SELECT 0, t.{} FROM {} AS t WHERE t.{} = ?1",
            first.row.kept_in,
            first.row.column,
            quoted(&root.table.name),
            quoted(root.column)
        );
        for user in &root.users {
            engine.execute(&sql, &[(*user).into()])?;
        }
        let mut grown = vec![0];
        let mut waits = vec![false; self.nodes.len()];
        while let Some(at) = grown.pop() {
            waits[at] = false;
            let referring = self.nodes[at].to.iter().map(|edge| &self.edges[*edge]);
            let referring = referring.filter(|edge| edge.rule.deletes_row());
            let same = self.nodes[at].from.iter().map(|edge| &self.edges[*edge]);
            let same = same.filter(|edge| edge.rule == Rule::IsParent && edge.to != at);
            let rows = referring
                .map(|edge| (edge.from, self.referring_rows(edge)))
                .chain(same.map(|edge| (edge.to, self.referred_rows(edge))));
            for (node, rows) in rows {
                let RowName { column, kept_in } = &self.nodes[node].row;
                let into = format!("{list} (node, {kept_in})");
                let sql = engine.insert_new(&into, &format!("SELECT {node}, t.{column} {rows}"));
                if engine.execute(&sql, &[])? > 0 && !waits[node] {
                    waits[node] = true;
                    grown.push(node);
                }
            }
        }
        Ok(())
    }

    /// Returns the SQL after SELECT for the rows `t` that refer to rows to delete.
    fn referring_rows(&self, edge: &Edge) -> String {
        let (from, to) = (&self.nodes[edge.from], &self.nodes[edge.to]);
        format!(
            "FROM {} AS t WHERE t.{} IN (SELECT p.{} FROM {} AS p WHERE p.{} IN {})",
            quoted(&from.table.name),
            quoted(&edge.column),
            quoted(&edge.target),
            quoted(&to.table.name),
            to.row.column,
            self.deleted_rows(edge.to)
        )
    }

    /// Returns the SQL after SELECT for the rows `t` that rows to delete refer to.
    fn referred_rows(&self, edge: &Edge) -> String {
        let (from, to) = (&self.nodes[edge.from], &self.nodes[edge.to]);
        format!(
            "FROM {} AS t WHERE t.{} IN (SELECT c.{} FROM {} AS c WHERE c.{} IN {})",
            quoted(&to.table.name),
            quoted(&edge.target),
            quoted(&edge.column),
            quoted(&from.table.name),
            from.row.column,
            self.deleted_rows(edge.from)
        )
    }

    /// Returns the SQL after SELECT for the rows `t` that refer to rows to delete but are kept.
    fn staying_rows(&self, edge: &Edge) -> String {
        let row = &self.nodes[edge.from].row.column;
        format!("{} AND t.{row} NOT IN {}", self.referring_rows(edge), self.deleted_rows(edge.from))
    }

    /// Returns the effects of the deletion, or the references that block it.
    pub(super) fn deletion(&self) -> Result<Deletion> {
        let mut deleted = Vec::new();
        let list = self.store.engine.temporary(DELETED_ROWS);
        for at in self.order() {
            let [count] = self.store.numbers(&format!("SELECT count(*) FROM {list} WHERE node = {at}"))?;
            if count > 0 {
                deleted.push((self.nodes[at].table.name.clone(), count));
            }
        }
        let mut emptied: Vec<(String, u64)> = Vec::new();
        let mut faults = Vec::new();
        for edge in self.edges.iter().filter(|edge| !edge.rule.deletes_row()) {
            let [count] = self.store.numbers(&format!("SELECT count(*) {}", self.staying_rows(edge)))?;
            if count == 0 {
                continue;
            }
            if edge.rule == Rule::SetsNull && is_nullable(&self.nodes[edge.from].table, &edge.column) {
                emptied.push((self.name_of(edge), count));
            } else {
                faults.push(self.fault(edge, count));
            }
        }
        faults.sort_by(|one: &Fault, other| one.field.cmp(&other.field));
        if faults.is_empty() {
            Ok(Deletion { deleted, emptied })
        } else {
            Err(Refusal::StillReferenced(faults).into())
        }
    }

    /// Returns the fault for a reference through which `count` rows block the deletion.
    fn fault(&self, edge: &Edge, count: u64) -> Fault {
        let name = self.name_of(edge);
        let target = &self.nodes[edge.to].table.name;
        let from = &self.nodes[edge.from].table;
        // Without its user, it might still let somebody in.
        let is_door = self.doors.doors.iter().any(|door| door.table.name == from.name);
        let way = if is_nullable(from, &edge.column) && !is_door {
            ReferenceWay::Clear
        } else if edge.rule == Rule::SetsNull {
            ReferenceWay::DeleteRequired
        } else {
            ReferenceWay::Delete
        };
        let reference = BlockedReference { count, target: target.clone(), column: edge.column.clone(), way };
        Fault::new(name, FaultCode::StillReferenced(References::Column(Box::new(reference))))
    }

    /// Returns the nodes whose rows may be deleted, each before the nodes that it refers to.
    fn order(&self) -> Vec<usize> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.nodes.len()];
        for start in 0..self.nodes.len() {
            // The current path, with the number of visited references to each node.
            let mut path = vec![(start, 0)];
            while let Some((at, followed)) = path.last_mut() {
                let (at, node) = (*at, &self.nodes[*at]);
                if *followed == 0 && (std::mem::replace(&mut seen[at], true) || !node.is_deletable) {
                    path.pop();
                } else if let Some(edge) = node.to.get(*followed) {
                    *followed += 1;
                    path.push((self.edges[*edge].from, 0));
                } else {
                    order.push(at);
                    path.pop();
                }
            }
        }
        order
    }

    pub(super) fn execute(&self, transaction: &Transaction<'_>) -> Result<()> {
        let engine = &*self.store.engine;
        for edge in self.edges.iter().filter(|edge| edge.rule == Rule::SetsNull) {
            let Node { table, row: RowName { column: row, .. }, .. } = &self.nodes[edge.from];
            let (name, column) = (quoted(&table.name), quoted(&edge.column));
            let rows = self.staying_rows(edge);
            engine.execute(
                &format!("UPDATE {name} SET {column} = NULL WHERE {row} IN (SELECT t.{row} {rows})"),
                &[],
            )?;
            if transaction.has_any(&format!("SELECT 1 {} LIMIT 1", self.staying_rows(edge)), &[])? {
                return Err(transaction.not_as_planned(&table.name));
            }
        }
        for at in self.order() {
            let Node { table, row: RowName { column: row, .. }, .. } = &self.nodes[at];
            let name = quoted(&table.name);
            engine.execute(&format!("DELETE FROM {name} WHERE {row} IN {}", self.deleted_rows(at)), &[])?;
        }
        // The number of deleted rows is not checked, since a rule of the database may have deleted some already.
        for at in self.order() {
            let Node { table, row: RowName { column: row, .. }, .. } = &self.nodes[at];
            let name = quoted(&table.name);
            if transaction.has_any(
                &format!("SELECT 1 FROM {name} WHERE {row} IN {} LIMIT 1", self.deleted_rows(at)),
                &[],
            )? {
                return Err(transaction.not_as_planned(&table.name));
            }
        }
        engine.execute(&format!("DROP TABLE {}", engine.temporary(DELETED_ROWS)), &[])?;
        Ok(())
    }

    /// Returns a subquery for the rows of a node that are to be deleted.
    fn deleted_rows(&self, node: usize) -> String {
        let (kept_in, list) = (self.nodes[node].row.kept_in, self.store.engine.temporary(DELETED_ROWS));
        format!("(SELECT {kept_in} FROM {list} WHERE node = {node})")
    }
}

/// Returns the reference of a child to its parent in multi-table inheritance.
pub(super) fn parent_link(table: &Table) -> Option<&Reference> {
    let [key] = &table.key[..] else { return None };
    table.reference(key).filter(|link| link.column.ends_with(PARENT_LINK))
}

fn is_nullable(table: &Table, column: &str) -> bool {
    table.column(column).is_some_and(|column| column.nullable)
}

/// Whether the table has this column. SQL ignores the case of names.
fn has(table: &Table, name: &str) -> bool {
    table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name))
}
