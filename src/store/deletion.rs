//! Deleting a user with all that goes along, which Django does in Python: its tables have no ON DELETE.
//!
//! Rows that go are kept in a temporary table, which grows until no reference leads to another row. What then still refers
//! to them is emptied or stands in the way.
//!
//! A schema may have thousands of tables that refer to users: every step here takes time in proportion to their number.

use std::collections::{HashMap, HashSet};

use anyhow::Result;

use crate::django::models::{Key, User};
use crate::error::refusal::{Fault, Refusal};
use crate::store::schema::{Reference, Table, quoted};
use crate::store::{Store, Transaction};

/// What Django calls the column by which a child of multi-table inheritance is its parent.
const PARENT_LINK: &str = "_ptr_id";

/// What the operator decided about references to what is deleted: each as `table.column`, or as `table` for all of a
/// table's.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// Those whose rows are deleted too.
    pub cascade: Vec<String>,
    /// Those that are emptied.
    pub set_null: Vec<String>,
}

/// What goes with a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// How many rows of which table are deleted, in the order in which they are; the user among them.
    pub deleted: Vec<(String, u64)>,
    /// In how many rows which column is emptied, as `table.column`.
    pub emptied: Vec<(String, u64)>,
}

/// The rows that go, by the number of their node.
const GOING: &str = "temp.authctl_going";

/// A table on the way.
struct Node {
    table: Table,
    /// What tells its rows apart.
    row: String,
    may_go: bool,
    /// The references to it, and those from it.
    to: Vec<usize>,
    from: Vec<usize>,
}

/// A reference from one of the nodes to another.
struct Edge {
    from: usize,
    column: String,
    to: usize,
    target: String,
    rule: Rule,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// The row goes with what it refers to, as Django has it.
    Goes,
    /// The row is the same object as what it refers to, so that each goes with the other.
    IsSame,
    /// The row goes, since the operator said so.
    Cascades,
    /// The reference is emptied, if it may be.
    IsEmptied,
    /// Nothing was decided.
    Stays,
}

impl Rule {
    fn takes_the_row(self) -> bool {
        matches!(self, Self::Goes | Self::IsSame | Self::Cascades)
    }
}

struct Plan<'a> {
    store: &'a Store,
    decisions: &'a Decisions,
    belongings: HashSet<(String, String)>,
    nodes: Vec<Node>,
    numbers: HashMap<String, usize>,
    edges: Vec<Edge>,
}

impl Store {
    /// What would go with a user.
    ///
    /// # Errors
    /// [`Refusal::StillReferenced`] with every reference that nothing was decided about, [`Refusal::Usage`] for a decision
    /// about one that is not to what is deleted or to keep rows that belong to it, or a failure of the database.
    pub fn deletion(&self, user: &User, decisions: &Decisions) -> Result<Deletion> {
        self.snapshot(|store| Plan::make(store, user, decisions)?.deletion())
    }

    /// The columns by which rows belong to a user: of the admin log, groups, permissions and tokens, and of profiles. A
    /// profile that may do without a user does not belong to one.
    fn belongings(&self) -> Result<HashSet<(String, String)>> {
        let mut tables = vec!["django_admin_log"];
        tables.extend(self.token_tables());
        let mut columns: Vec<(&str, &str)> = tables.into_iter().map(|table| (table, "user_id")).collect();
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

impl Transaction<'_> {
    /// Deletes a user with all that was shown to go along, and nothing else.
    ///
    /// # Errors
    /// [`Refusal::UserNotFound`] or [`Refusal::ChangedMeanwhile`] where it is not what was shown any more, and as
    /// [`Store::deletion`]. What refers to the user in a way that is not seen here is refused at the commit.
    pub fn delete_user(&self, user: &User, decisions: &Decisions, shown: &Deletion) -> Result<()> {
        let now = self.user_of_key(&user.id)?;
        if now.is_none_or(|now| now.username != user.username) {
            return Err(Refusal::UserNotFound(user.username.clone()).into());
        }
        let plan = Plan::make(self, user, decisions)?;
        if plan.deletion()? != *shown {
            return Err(Refusal::ChangedMeanwhile(format!(
                "The set of rows deleted with {:?}",
                user.username
            ))
            .into());
        }
        // The order of deleting is right wherever there is one; among tables that refer to each other there is none.
        self.engine.defer_references()?;
        plan.carry_out(self)?;
        let users = &self.layout.users;
        self.check_gone(&users.table.name, &[(&users.key, &(&user.id).into())])
    }
}

impl<'a> Plan<'a> {
    fn make(store: &'a Store, user: &User, decisions: &'a Decisions) -> Result<Self> {
        let belongings = store.belongings()?;
        let (nodes, numbers, edges) = (Vec::new(), HashMap::new(), Vec::new());
        let mut plan = Self { store, decisions, belongings, nodes, numbers, edges };
        plan.find_references()?;
        plan.check_decisions()?;
        plan.gather(&user.id)?;
        Ok(plan)
    }

    /// Finds every reference to a table of which rows may go.
    fn find_references(&mut self) -> Result<()> {
        let store = self.store;
        let mut open = Vec::new();
        if let Some(users) = self.number_of(&store.layout.users.table)? {
            self.lets_go(users, &mut open);
        }
        while let Some(to) = open.pop() {
            let table = self.nodes[to].table.clone();
            for referring in store.engine.referring_to(&[&table.name])? {
                let Some(from) = self.number_of(&referring)? else { continue };
                for reference in &referring.references {
                    if reference.table.eq_ignore_ascii_case(&table.name) && has(&table, &reference.target) {
                        let rule = self.rule(&referring, reference, to);
                        if rule.takes_the_row() {
                            self.lets_go(from, &mut open);
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
                self.lets_go(parent, &mut open);
            }
        }
        Ok(())
    }

    fn lets_go(&mut self, node: usize, open: &mut Vec<usize>) {
        if !self.nodes[node].may_go {
            self.nodes[node].may_go = true;
            open.push(node);
        }
    }

    /// The node of this table, made where there is none; `None` for a table whose rows cannot be told apart, which is
    /// left to the database.
    fn number_of(&mut self, table: &Table) -> Result<Option<usize>> {
        if let Some(known) = self.numbers.get(&table.name) {
            return Ok(Some(*known));
        }
        let number = self.nodes.len();
        let Some(row) = self.store.engine.row_name(table)? else { return Ok(None) };
        let (to, from) = (Vec::new(), Vec::new());
        self.nodes.push(Node { table: table.clone(), row, may_go: false, to, from });
        self.numbers.insert(table.name.clone(), number);
        Ok(Some(number))
    }

    fn rule(&self, table: &Table, reference: &Reference, to: usize) -> Rule {
        let is_named =
            |names: &[String]| names.iter().any(|name| names_it(name, &table.name, &reference.column));
        if parent_link(table).is_some_and(|link| link.column == reference.column) {
            Rule::IsSame
        } else if to == 0 && self.belongings.contains(&(table.name.clone(), reference.column.clone())) {
            Rule::Goes
        } else if is_named(&self.decisions.set_null) {
            Rule::IsEmptied
        } else if is_named(&self.decisions.cascade) {
            Rule::Cascades
        } else {
            Rule::Stays
        }
    }

    /// Refuses a decision about what does not refer to what may be deleted, one to keep rows that go anyway, since who asks
    /// for that must not lose them, and two about the same reference.
    fn check_decisions(&self) -> Result<()> {
        let Decisions { cascade, set_null } = self.decisions;
        let open: Vec<&Edge> =
            self.edges.iter().filter(|edge| !matches!(edge.rule, Rule::Goes | Rule::IsSame)).collect();
        let names_edge = |name: &str, edge: &Edge| names_it(name, self.table_of(edge), &edge.column);
        for (option, names) in [("--cascade", cascade), ("--set-null", set_null)] {
            for name in names {
                if !self.edges.iter().any(|edge| names_edge(name, edge)) {
                    let mut known: Vec<String> = open.iter().map(|edge| self.name_of(edge)).collect();
                    known.sort();
                    known.dedup();
                    let known = match &known[..] {
                        [] => "No reference needs a decision".to_owned(),
                        names => format!("References that need a decision: {}", names.join(", ")),
                    };
                    let message =
                        format!("{option} {name}: this is not a reference to the deleted rows. {known}.");
                    return Err(Refusal::Usage(message).into());
                }
            }
        }
        for name in set_null {
            if !open.iter().any(|edge| names_edge(name, edge)) {
                let message = format!("--set-null {name}: these rows are deleted with the user.");
                return Err(Refusal::Usage(message).into());
            }
        }
        let is_named = |names: &[String], edge| names.iter().any(|name| names_edge(name, edge));
        match open.iter().find(|edge| is_named(cascade, edge) && is_named(set_null, edge)) {
            Some(both) => {
                let both = self.name_of(both);
                Err(Refusal::usage(format!("{both}: pass --cascade or --set-null, not both.")).into())
            }
            None => Ok(()),
        }
    }

    /// The table that has the reference.
    fn table_of(&self, edge: &Edge) -> &str {
        &self.nodes[edge.from].table.name
    }

    /// The reference, as it is named to decide about it.
    fn name_of(&self, edge: &Edge) -> String {
        format!("{}.{}", self.table_of(edge), edge.column)
    }

    /// Gathers the rows that go.
    fn gather(&self, user: &Key) -> Result<()> {
        let engine = &*self.store.engine;
        let sql = format!("CREATE TABLE {GOING} (node, place, PRIMARY KEY (node, place)) WITHOUT ROWID");
        engine.execute(&sql, &[])?;
        let users = &self.nodes[0];
        let sql = format!(
            "INSERT INTO {GOING} SELECT 0, t.{} FROM {} AS t WHERE t.{} = ?1",
            users.row,
            quoted(&users.table.name),
            quoted(&self.store.layout.users.key)
        );
        engine.execute(&sql, &[user.into()])?;
        let mut grown = vec![0];
        let mut waits = vec![false; self.nodes.len()];
        while let Some(at) = grown.pop() {
            waits[at] = false;
            let referring = self.nodes[at].to.iter().map(|edge| &self.edges[*edge]);
            let referring = referring.filter(|edge| edge.rule.takes_the_row());
            let same = self.nodes[at].from.iter().map(|edge| &self.edges[*edge]);
            let same = same.filter(|edge| edge.rule == Rule::IsSame && edge.to != at);
            let rows = referring
                .map(|edge| (edge.from, self.referring_rows(edge)))
                .chain(same.map(|edge| (edge.to, self.referred_rows(edge))));
            for (node, rows) in rows {
                let row = &self.nodes[node].row;
                let sql = format!("INSERT OR IGNORE INTO {GOING} SELECT {node}, t.{row} {rows}");
                if engine.execute(&sql, &[])? > 0 && !waits[node] {
                    waits[node] = true;
                    grown.push(node);
                }
            }
        }
        Ok(())
    }

    /// The rows that refer to what goes, as the end of a query over `t`.
    fn referring_rows(&self, edge: &Edge) -> String {
        let (from, to) = (&self.nodes[edge.from], &self.nodes[edge.to]);
        format!(
            "FROM {} AS t WHERE t.{} IN (SELECT p.{} FROM {} AS p WHERE p.{} IN {})",
            quoted(&from.table.name),
            quoted(&edge.column),
            quoted(&edge.target),
            quoted(&to.table.name),
            to.row,
            going(edge.to)
        )
    }

    /// The rows to which what goes refers, as the end of a query over `t`.
    fn referred_rows(&self, edge: &Edge) -> String {
        let (from, to) = (&self.nodes[edge.from], &self.nodes[edge.to]);
        format!(
            "FROM {} AS t WHERE t.{} IN (SELECT c.{} FROM {} AS c WHERE c.{} IN {})",
            quoted(&to.table.name),
            quoted(&edge.target),
            quoted(&edge.column),
            quoted(&from.table.name),
            from.row,
            going(edge.from)
        )
    }

    /// The rows that refer to what goes and do not go themselves.
    fn staying_rows(&self, edge: &Edge) -> String {
        let row = &self.nodes[edge.from].row;
        format!("{} AND t.{row} NOT IN {}", self.referring_rows(edge), going(edge.from))
    }

    /// What goes, if nothing stands in the way.
    fn deletion(&self) -> Result<Deletion> {
        let mut deleted = Vec::new();
        for at in self.order() {
            let [count] = self.store.numbers(&format!("SELECT count(*) FROM {GOING} WHERE node = {at}"))?;
            if count > 0 {
                deleted.push((self.nodes[at].table.name.clone(), count));
            }
        }
        let mut emptied: Vec<(String, u64)> = Vec::new();
        let mut faults = Vec::new();
        for edge in self.edges.iter().filter(|edge| !edge.rule.takes_the_row()) {
            let [count] = self.store.numbers(&format!("SELECT count(*) {}", self.staying_rows(edge)))?;
            if count == 0 {
                continue;
            }
            if edge.rule == Rule::IsEmptied && is_nullable(&self.nodes[edge.from].table, &edge.column) {
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

    /// What is to be said of a reference by which so many rows stand in the way.
    fn fault(&self, edge: &Edge, count: u64) -> Fault {
        let name = self.name_of(edge);
        let target = &self.nodes[edge.to].table.name;
        let (rows, refer) = if count == 1 { ("row", "refers") } else { ("rows", "refer") };
        let deletes = format!("Pass --cascade {name} to delete these rows");
        let way = if is_nullable(&self.nodes[edge.from].table, &edge.column) {
            format!("Pass --set-null {name} to clear the reference")
        } else if edge.rule == Rule::IsEmptied {
            format!("{} must have a value. {deletes}", edge.column)
        } else {
            deletes
        };
        let message =
            format!("{name}: {count} {rows} {refer} to rows of {target} that would be deleted. {way}.");
        Fault::new(name, "still_referenced", message)
    }

    /// The nodes whose rows may go, each before those to which it refers.
    fn order(&self) -> Vec<usize> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.nodes.len()];
        for start in 0..self.nodes.len() {
            // The nodes on the way, each with the number of the references to it that were followed.
            let mut way = vec![(start, 0)];
            while let Some((at, followed)) = way.last_mut() {
                let (at, node) = (*at, &self.nodes[*at]);
                if *followed == 0 && (std::mem::replace(&mut seen[at], true) || !node.may_go) {
                    way.pop();
                } else if let Some(edge) = node.to.get(*followed) {
                    *followed += 1;
                    way.push((self.edges[*edge].from, 0));
                } else {
                    order.push(at);
                    way.pop();
                }
            }
        }
        order
    }

    fn carry_out(&self, transaction: &Transaction<'_>) -> Result<()> {
        let engine = &*self.store.engine;
        for edge in self.edges.iter().filter(|edge| edge.rule == Rule::IsEmptied) {
            let Node { table, row, .. } = &self.nodes[edge.from];
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
            let Node { table, row, .. } = &self.nodes[at];
            let name = quoted(&table.name);
            engine.execute(&format!("DELETE FROM {name} WHERE {row} IN {}", going(at)), &[])?;
        }
        // How many rows a statement deletes is not checked: a rule of the database may have deleted some before it.
        for at in self.order() {
            let Node { table, row, .. } = &self.nodes[at];
            let name = quoted(&table.name);
            if transaction
                .has_any(&format!("SELECT 1 FROM {name} WHERE {row} IN {} LIMIT 1", going(at)), &[])?
            {
                return Err(transaction.not_as_planned(&table.name));
            }
        }
        engine.execute(&format!("DROP TABLE {GOING}"), &[])?;
        Ok(())
    }
}

/// The rows of a node that go, as a subquery.
fn going(node: usize) -> String {
    format!("(SELECT place FROM {GOING} WHERE node = {node})")
}

/// The reference by which a child of multi-table inheritance is its parent.
fn parent_link(table: &Table) -> Option<&Reference> {
    let [key] = &table.key[..] else { return None };
    table.reference(key).filter(|link| link.column.ends_with(PARENT_LINK))
}

fn is_nullable(table: &Table, column: &str) -> bool {
    table.column(column).is_some_and(|column| column.nullable)
}

/// Does a decision name this reference? SQL knows no upper and lower case in names.
fn names_it(name: &str, table: &str, column: &str) -> bool {
    name.eq_ignore_ascii_case(table) || name.eq_ignore_ascii_case(&format!("{table}.{column}"))
}

/// Has the table this column? SQL knows no upper and lower case in names.
fn has(table: &Table, name: &str) -> bool {
    table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name))
}
