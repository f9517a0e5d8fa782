//! How a query gives its rows: in which order, which columns of them, and whether each value once.
//!
//! ```typescript
//! Topic.findAll({ attributes: ["id", "name"], order: [["name", "ASC"]] })   // labels, by name
//! db.run.findMany({ orderBy: { createdAt: "desc" } })                       // whole rows, by time
//! ```
//! Knows names of methods and options that the libraries of the three languages share, and English names of columns.
//! Does not know entities.
//! Known miss: an order that the class of the entity declares (`class Meta: ordering`).

use crate::flow::Interp;
use crate::flow::calls::call::Args;
use crate::flow::value::Query;
use crate::ir::{Entry, ExprId, ExprKind, Module};

/// What a query says of its rows besides conditions on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reading {
    pub order: Order,
    pub columns: Told,
    /// Each combination of the columns once.
    pub distinct: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    #[default]
    Unknown,
    /// By name, title, position: what people look through.
    ByName,
    /// By when something happened.
    ByTime,
}

/// Which columns of the rows are given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Told {
    #[default]
    Whole,
    /// What a row is chosen by: its key and its name.
    Labels,
    /// One column, and no key.
    One,
}

impl Reading {
    /// What is known where two ways meet.
    #[must_use]
    pub fn join(self, other: Reading) -> Reading {
        Reading {
            order: if self.order == other.order { self.order } else { Order::Unknown },
            columns: if self.columns == other.columns { self.columns } else { Told::Whole },
            distinct: self.distinct && other.distinct,
        }
    }

    /// With what another says that goes on from it.
    #[must_use]
    pub fn then(self, next: Reading) -> Reading {
        Reading {
            order: if next.order == Order::Unknown { self.order } else { next.order },
            columns: if next.columns == Told::Whole { self.columns } else { next.columns },
            distinct: self.distinct || next.distinct,
        }
    }

    /// As many as a column has values, rather than as many as there are rows.
    pub fn gives_values(self) -> bool {
        self.distinct && self.columns == Told::One
    }
}

/// Names in the order in which a method or an option has them, in lower case and without underscores.
fn is_order(name: &str) -> bool {
    matches!(name, "order" | "orderby" | "addorderby" | "sort" | "orderbyraw" | "orderexpr" | "sortby")
}

fn is_choice_of_columns(name: &str) -> bool {
    matches!(name, "select" | "attributes" | "columns" | "values" | "valueslist" | "only" | "column" | "withentities")
}

fn plain(name: &str) -> String {
    name.chars().filter(|&c| c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

impl Interp<'_, '_> {
    /// Notes order and columns that the arguments of a call give.
    pub(in crate::flow) fn note_reading(&self, query: &mut Query, name: &str, args: &Args) {
        if args.is_empty() && name != "distinct" && name != "Distinct" {
            return;
        }
        let module = &self.unit.module;
        let called = plain(name);
        let mut said = Reading::default();
        if is_order(&called) {
            said.order =
                args.iter().map(|(_, arg)| self.order_of(arg.value)).find(|o| *o != Order::Unknown).unwrap_or_default();
        } else if is_choice_of_columns(&called) {
            said.columns = told(self.columns_of(args.iter().map(|(_, arg)| arg.value)).as_deref());
        } else if matches!(called.as_str(), "distinct" | "pluck" | "distincton") {
            said.distinct = called != "pluck";
            let names = args.iter().filter(|(value, _)| value.as_text().is_some()).map(|(_, arg)| arg.value);
            said.columns = told(self.columns_of(names).as_deref());
        } else {
            for (_, arg) in args {
                let ExprKind::Record { entries, .. } = &module.expr(arg.value).kind else { continue };
                said = said.then(self.reading_of_options(entries));
            }
        }
        query.reading = query.reading.then(said);
    }

    /// `{ select: { id: true }, orderBy: { name: "asc" }, distinct: ["status"] }`
    fn reading_of_options(&self, entries: &[Entry]) -> Reading {
        let module = &self.unit.module;
        let mut said = Reading::default();
        for entry in entries {
            let Entry::Pair { key, value } = entry else { continue };
            let Some(key) = module.str_of(*key).map(plain) else { continue };
            if is_order(&key) {
                said.order = self.order_of(*value);
            } else if is_choice_of_columns(&key) {
                let names = self.columns_of(std::iter::once(*value));
                said.distinct |= names.iter().flatten().any(|name| name == DISTINCT);
                said.columns = told(names.as_deref());
            } else if key == "distinct" {
                said.distinct = true;
                if said.columns == Told::Whole {
                    said.columns = told(self.columns_of(std::iter::once(*value)).as_deref());
                }
            }
        }
        said
    }

    /// The first word that says what rows are ordered by.
    fn order_of(&self, argument: ExprId) -> Order {
        order_of_text(&self.unit.snippet(self.span(argument)))
    }

    /// Names of columns, where every one is known: `"id, name"`, `["id", ["name", "label"]]`, `{ id: true }`, `User.name`.
    fn columns_of(&self, given: impl Iterator<Item = ExprId>) -> Option<Vec<String>> {
        let mut names = Vec::new();
        for expr in given {
            add_columns(&self.unit.module, expr, &mut names, 0)?;
        }
        Some(names)
    }
}

/// Stands for `fn("DISTINCT", …)` among names of columns.
const DISTINCT: &str = "\u{1}distinct";

fn add_columns(module: &Module, expr: ExprId, names: &mut Vec<String>, depth: u32) -> Option<()> {
    if depth > 3 {
        return None;
    }
    if let Some(text) = module.str_of(expr) {
        names.extend(text.split(',').map(|name| name.trim().rsplit('.').next().unwrap_or(name).to_owned()));
        return Some(());
    }
    match &module.expr(expr).kind {
        ExprKind::Seq { items, .. } => {
            // `["name", "label"]` inside a list is one column under another name.
            let items = if depth == 0 { items.as_slice() } else { items.get(..1)? };
            items.iter().try_for_each(|item| add_columns(module, *item, names, depth + 1))
        }
        ExprKind::Record { entries, .. } => entries.iter().try_for_each(|entry| match entry {
            // `author: { select: … }` is a row of its own.
            Entry::Pair { key, value } if !matches!(module.expr(*value).kind, ExprKind::Record { .. }) => {
                names.push(module.str_of(*key)?.to_owned());
                Some(())
            }
            Entry::Pair { .. } | Entry::Spread(_) | Entry::Item(_) => None,
        }),
        ExprKind::Member { name, .. } => {
            names.push(module.text(*name).to_owned());
            Some(())
        }
        // `fn("DISTINCT", col("state"))`
        ExprKind::Call { args, .. } => {
            let (first, rest) = args.split_first()?;
            if !module.str_of(first.value)?.eq_ignore_ascii_case("distinct") {
                return None;
            }
            names.push(DISTINCT.to_owned());
            names.push(rest.first().map(|_| "value".to_owned())?);
            Some(())
        }
        _ => None,
    }
}

fn told(names: Option<&[String]>) -> Told {
    let Some(names) = names else { return Told::Whole };
    let names: Vec<String> = names.iter().filter(|name| *name != DISTINCT).map(|name| plain(name)).collect();
    match names.as_slice() {
        [] => Told::Whole,
        [only] if only != "*" && only != "id" => Told::One,
        names if matches!(names.len(), 2..=4) && names.iter().all(|name| is_label(name)) => Told::Labels,
        _ => Told::Whole,
    }
}

/// What a row is told from others by, in a list to choose from.
fn is_label(column: &str) -> bool {
    matches!(
        column,
        "id" | "pk"
            | "uuid"
            | "name"
            | "title"
            | "label"
            | "value"
            | "slug"
            | "code"
            | "fullname"
            | "firstname"
            | "lastname"
            | "username"
            | "displayname"
            | "key"
            | "text"
    ) || (column.len() > 2 && column.ends_with("name"))
}

/// The order that `{ createdAt: "desc" }`, `"-created"`, `ent.Asc(user.FieldName)` or the columns behind `ORDER BY` name.
pub(in crate::flow) fn order_of_text(text: &str) -> Order {
    let mut word = String::new();
    let mut before = ' ';
    for c in text.chars().chain(std::iter::once(' ')) {
        let starts = !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
        if starts && !word.is_empty() {
            match order_of_word(&word) {
                Order::Unknown => word.clear(),
                known => return known,
            }
        }
        if c.is_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    Order::Unknown
}

fn order_of_word(word: &str) -> Order {
    match word {
        "created" | "updated" | "modified" | "date" | "time" | "timestamp" | "at" | "added" | "submitted"
        | "published" | "started" | "ended" | "finished" | "sent" | "seen" | "inserted" | "when" | "datetime"
        | "creation" | "createdat" | "updatedat" | "ts" => Order::ByTime,
        "name" | "title" | "label" | "slug" | "code" | "position" | "rank" | "priority" | "sort" | "weight"
        | "sequence" | "index" | "names" | "displayname" => Order::ByName,
        _ => Order::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, Told, order_of_text, told};

    #[test]
    fn the_first_telling_word_is_the_order() {
        assert_eq!(order_of_text("{ createdAt: 'desc' }"), Order::ByTime);
        assert_eq!(order_of_text("-created_date"), Order::ByTime);
        assert_eq!(order_of_text("[['name', 'ASC']]"), Order::ByName);
        assert_eq!(order_of_text("ent.Asc(user.FieldName)"), Order::ByName);
        assert_eq!(order_of_text("id desc"), Order::Unknown);
    }

    #[test]
    fn labels_are_what_a_row_is_chosen_by() {
        let of = |names: &[&str]| told(Some(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()));
        assert_eq!(of(&["id", "name"]), Told::Labels);
        assert_eq!(of(&["state_code"]), Told::One);
        assert_eq!(of(&["id", "name", "body"]), Told::Whole);
        assert_eq!(of(&[]), Told::Whole);
        assert_eq!(told(None), Told::Whole);
    }
}
