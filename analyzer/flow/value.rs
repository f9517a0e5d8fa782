//! What the interpreter knows about a value.
//!
//! Knows kinds of library objects, text with holes, rows and where data comes from. Does not know rules.
//! Invariant: values are immutable and cheap to clone; a join never claims more than both sides do.

use crate::flow::facts::{Hop, LoopId};
use crate::flow::store::reading::Reading;
use crate::ir::{ClassId, ExprId, FnId, Sym, VarId};
use crate::models::lookup::{CallId, EntityId, KindId};
use crate::models::schema::Effect;
use crate::project::modules::ModuleRef;
use crate::source::{FileId, Span};
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FnRef {
    pub file: FileId,
    pub id: FnId,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ClassRef {
    pub file: FileId,
    pub id: ClassId,
}

/// How a receiver's kind is known; the least on a finding's way decides its confidence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Evidence {
    /// Nothing but the shape of the call.
    None,
    /// A listed receiver name where the project imports the library.
    Conventional,
    /// Annotation, field type, injected type; or a resolved call between functions.
    Declared,
    /// Constructor, import, import-resolved function.
    Proven,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Unknown,
    Null,
    Bool(bool),
    Int(i64),
    /// Some number.
    Number,
    Text(Arc<Text>),
    /// Opaque data, known only by where it comes from.
    Data(Origin),
    /// A module, function, class or value of a library, or a builtin, by its import-resolved path.
    Path(Arc<str>),
    /// An object of a library kind, or an instance of an entity.
    Object(Arc<Object>),
    /// A module of the project.
    Module(ModuleRef),
    Class(ClassRef),
    Instance(ClassRef),
    /// A function of the project; methods carry their receiver.
    Function(FnRef, Option<Arc<Value>>),
    List(Arc<List>),
    Record(Arc<Record>),
    Tuple(Arc<[Value]>),
    /// A parameter, or what is reached from it: the caller knows more.
    Place(Arc<Place>),
    /// `x in ALLOWED` and the like: true means that the variable is one of a closed set.
    Check(VarId),
    /// What the second variable of Go's `v, err := f()` holds.
    Error,
}

/// `parameter.customer.company`; the step `*` is an element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    pub param: u16,
    pub path: Vec<Arc<str>>,
}

/// Where opaque data comes from, from harmless to dangerous as a part of SQL text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Origin {
    /// A constant that is not spelled out (an enum member, a table name of a model).
    Constant,
    /// One of a closed set, or checked against one.
    Listed,
    Number,
    /// `%s, %s, %s`: placeholders for binds.
    Placeholders,
    /// Quoted by an identifier helper, or composed by a safe builder.
    Quoted,
    /// Quoted by a literal-escaping helper.
    Escaped,
    Generated,
    Config,
    /// A column of a row that was read.
    Row,
    Unknown,
    /// A name that nothing declares: whoever runs the file gives it a value.
    Undeclared,
    /// Parameter of the function under interpretation, by position; the caller decides.
    Param(u16),
    /// From the client.
    Request,
}

impl Origin {
    pub fn rank(self) -> u8 {
        match self {
            Origin::Constant => 0,
            Origin::Listed => 1,
            Origin::Number => 2,
            Origin::Placeholders => 3,
            Origin::Quoted => 4,
            Origin::Escaped => 5,
            Origin::Generated => 6,
            Origin::Config => 7,
            Origin::Row => 8,
            Origin::Unknown => 9,
            Origin::Undeclared => 10,
            Origin::Param(_) => 11,
            Origin::Request => 12,
        }
    }

    /// Whether it may stand in SQL text without a finding.
    pub fn is_harmless(self) -> bool {
        self.rank() <= Origin::Quoted.rank()
    }

    #[must_use]
    pub fn worse(self, other: Origin) -> Origin {
        if other.rank() > self.rank() { other } else { self }
    }
}

/// Text as constant pieces and holes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    pub parts: Vec<TextPart>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TextPart {
    Const(Arc<str>),
    Hole(Hole),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Hole {
    pub origin: Origin,
    /// The spliced expression.
    pub file: FileId,
    pub span: Span,
    /// Joined from a list: `", ".join(ids)`.
    pub joined: bool,
    /// Of a parameter, the field that it is read from: `sort` of `options.sort`.
    pub field: Option<Arc<str>>,
}

/// Longer texts are cut: a SQL statement is recognised by its beginning, and joins in loops must end.
const MAX_PARTS: usize = 64;

impl Text {
    pub fn constant(text: &str) -> Text {
        Text { parts: vec![TextPart::Const(text.into())] }
    }

    pub fn hole(origin: Origin, file: FileId, span: Span) -> Text {
        Text { parts: vec![TextPart::Hole(Hole { origin, file, span, joined: false, field: None })] }
    }

    /// A parameter, or a field of one.
    pub fn of_place(place: &Place, file: FileId, span: Span, joined: bool) -> Text {
        let origin = Origin::Param(place.param);
        let field = place.path.first().cloned();
        Text { parts: vec![TextPart::Hole(Hole { origin, file, span, joined, field })] }
    }

    pub fn push(&mut self, other: &Text) {
        for part in &other.parts {
            if self.parts.len() >= MAX_PARTS {
                // A dangerous hole is kept whatever the length.
                if let TextPart::Hole(hole) = part
                    && !hole.origin.is_harmless()
                {
                    self.parts[MAX_PARTS - 1] = part.clone();
                }
                continue;
            }
            match (self.parts.last_mut(), part) {
                (Some(TextPart::Const(last)), TextPart::Const(next)) => {
                    if last.len() < 16_384 {
                        *last = format!("{last}{next}").into();
                    }
                }
                _ => self.parts.push(part.clone()),
            }
        }
    }

    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.parts.iter().filter_map(|part| match part {
            TextPart::Hole(hole) => Some(hole),
            TextPart::Const(_) => None,
        })
    }

    /// The whole text when it has no holes.
    pub fn as_constant(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [TextPart::Const(text)] => Some(text),
            _ => None,
        }
    }

    pub fn worst(&self) -> Option<Origin> {
        self.holes().map(|hole| hole.origin).max_by_key(|origin| origin.rank())
    }

    /// Bytes of the skeleton.
    fn written_len(&self) -> usize {
        self.parts.iter().map(|part| if let TextPart::Const(text) = part { text.len() } else { 1 }).sum()
    }

    /// Constant pieces with a blank `\u{1}` for each hole.
    pub fn skeleton(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                TextPart::Const(text) => out.push_str(text),
                TextPart::Hole(_) => out.push('\u{1}'),
            }
        }
        out
    }
}

/// An entity: a class of the project, or a table or collection known by name only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EntityRef {
    Class(ClassRef),
    Named(Arc<str>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub kind: Option<KindId>,
    pub evidence: Evidence,
    pub query: Query,
    /// A round trip that has been built but not sent.
    pub pending: Option<Arc<Pending>>,
    /// Text that the object holds: a statement's, or what a builder has collected.
    pub text: Option<Arc<Text>>,
}

/// What a query, a result or an instance remembers of the query that it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    pub entity: Option<EntityRef>,
    /// What sort of entity a named one is (`mongoose.model("User", …)`).
    pub entity_sort: Option<EntityId>,
    pub bounded: bool,
    /// Bounded on one way to it and not on another: `if limit: q = q.limit(limit)`.
    pub bounded_on_demand: bool,
    /// The bound holds only where the caller asks for a part: `if limit: query = query.limit(limit)`.
    pub asked: Option<Asked>,
    /// Narrowed to given keys (`id IN (…)`).
    pub narrowed: bool,
    /// Relation paths that are loaded with it, hops joined by dots; `*` is everything.
    pub eager: Arc<Vec<String>>,
    /// Rows are plain data without lazy attributes.
    pub plain: bool,
    /// Columns that are loaded (`only`), or that are left out (`defer`).
    pub columns: Option<Arc<Columns>>,
    /// Aggregates or groups.
    pub grouped: bool,
    /// Where the query starts.
    pub origin: Option<(FileId, Span)>,
    /// The effect of the statement, when it is not a read.
    pub writes: bool,
    /// The rows were filtered by the current user or belong to one parent.
    pub owned: bool,
    /// The parent that they belong to is a user.
    pub of_user: bool,
    /// The rows are those of one of the tenants that a whole installation is split among.
    pub of_tenant: bool,
    /// Order and columns of the rows.
    pub reading: Reading,
    /// Already run; iterating again is free.
    pub ran: bool,
    /// A commit has made the instances stale: reading any column of one reads the row again.
    pub expired: bool,
    /// What the receiver of the method under interpretation reaches by these relations, joined by dots; empty for the
    /// receiver itself.
    pub reached: Option<Arc<str>>,
    /// The parameter that is declared to be an instance, and how the object is reached from it, as in `reached`.
    pub of_param: Option<(u16, Arc<str>)>,
    /// The to-one relations that lead from a row of the query to the object, joined by dots; empty for the row itself.
    pub below: Option<Arc<str>>,
    /// The relation of a row whose manager the query went on from: `author.books.filter(…)`.
    pub through: Option<Arc<str>>,
    pub statement: Statement,
    /// The call of the function under interpretation that gave the query, where a callee built it.
    pub handed: Option<(FileId, Span)>,
    /// Where a run without a destination of its own puts the rows, an expression of that file: `Model(&books)`.
    pub into: Option<(FileId, ExprId)>,
    /// It goes on from the query that this parameter holds: `def visible(queryset): return queryset.filter(…)`.
    pub param: Option<u16>,
    /// Classes of the project whose methods it has besides those of its kind: a manager's, a queryset's.
    pub methods_of: Option<Arc<[ClassRef]>>,
    /// It was built from the receiver of the method under interpretation, a manager or queryset: `self.filter(…)`.
    pub of_manager: bool,
}

/// What a caller asks for a part of the rows with: a parameter of the function under interpretation, or a field of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    pub param: u16,
    pub field: Option<Arc<str>>,
}

/// Whether the text that a query runs is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Statement {
    /// There is none, or its words have been judged.
    #[default]
    Judged,
    /// A parameter of the function under interpretation, by position: the caller decides.
    Param(u16),
    /// A caller gave a text that is not known.
    Unknown,
}

/// Which columns of an entity a query loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub names: Vec<String>,
    /// The named ones are left out, rather than the only ones.
    pub left_out: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    pub call: CallId,
    pub effect: Effect,
    pub span: Span,
    pub expr: ExprId,
    pub loops: Arc<[LoopId]>,
    pub varies: bool,
    /// Where the query itself stands, which may be in a callee.
    pub site: (FileId, Span),
    /// Calls on the way from the place that holds this to the query, outermost first.
    pub path: Vec<Hop>,
    /// What awaiting gives.
    pub result: Value,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    /// A literal of so many elements, or a constant range.
    Constant(u32),
    /// At most a page.
    Bounded,
    Request,
    Unknown,
}

#[derive(Clone, Debug, PartialEq)]
pub struct List {
    pub element: Value,
    pub size: Size,
    /// The query whose rows these are.
    pub rows: Option<Arc<Rows>>,
    /// Every element is a constant.
    pub constant: bool,
    pub shape: Shape,
}

impl List {
    /// A list of which only an element is known.
    pub fn of(element: Value) -> List {
        List { element, size: Size::Unknown, rows: None, constant: false, shape: Shape::Elements }
    }
}

/// How the elements follow each other when iterated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Elements,
    Chunks,
    Pages,
    Stream,
}

/// Many rows that were read.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    pub file: FileId,
    /// The call that read them.
    pub span: Span,
    pub query: Query,
    pub kind: Option<KindId>,
    pub evidence: Evidence,
    /// Cut after loading: `rows[a:b]`, `paginate(list)`.
    pub sliced: bool,
    /// Not read here: the rows are those that the caller gives as this parameter.
    pub of: Option<u16>,
}

impl Rows {
    /// What a query or builder has read at a place.
    pub fn of(object: &Object, (file, span): (FileId, Span)) -> Rows {
        let Object { kind, evidence, query, .. } = object;
        Rows { file, span, query: query.clone(), kind: *kind, evidence: *evidence, sliced: false, of: None }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub entries: Vec<(Arc<str>, Value)>,
    /// Values under other keys, spread maps.
    pub rest: Option<Value>,
    /// Every value is a constant: a lookup table.
    pub constant: bool,
    /// The class of the project that it is an instance of.
    pub class: Option<ClassRef>,
    /// The query whose rows its values are, all of them: `byId[row.id] = row`.
    pub rows: Option<Arc<Rows>>,
}

impl Record {
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().rev().find(|(name, _)| &**name == key).map(|(_, value)| value)
    }
}

impl Value {
    pub fn text(text: Text) -> Value {
        Value::Text(Arc::new(text))
    }

    pub fn constant(text: &str) -> Value {
        Value::text(Text::constant(text))
    }

    pub fn path(path: &str) -> Value {
        Value::Path(path.into())
    }

    pub fn list(element: Value, size: Size) -> Value {
        Value::List(Arc::new(List { size, ..List::of(element) }))
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }

    pub fn as_object(&self) -> Option<&Arc<Object>> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&Arc<Text>> {
        match self {
            Value::Text(text) => Some(text),
            Value::Object(object) => object.text.as_ref(),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Constants of any kind: literals, and data known to be one of a closed set.
    pub fn is_constant(&self) -> bool {
        match self {
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Path(_)
            | Value::Module(_)
            | Value::Class(_)
            | Value::Function(..) => true,
            Value::Text(text) => text.as_constant().is_some(),
            Value::Data(origin) => matches!(origin, Origin::Constant | Origin::Listed),
            Value::List(list) => list.constant,
            Value::Record(record) => record.constant,
            Value::Tuple(items) => items.iter().all(Value::is_constant),
            Value::Unknown
            | Value::Number
            | Value::Object(_)
            | Value::Instance(_)
            | Value::Place(_)
            | Value::Check(_)
            | Value::Error => false,
        }
    }

    /// What is known where two ways meet.
    #[must_use]
    pub fn join(self, other: Value) -> Value {
        match (self, other) {
            (Value::Unknown, Value::Unknown) => Value::Unknown,
            // A value that is absent on one way keeps what is known of the other: `x = None; if c: x = query`.
            (Value::Null, other) | (other, Value::Null) => other,
            (Value::Text(a), Value::Text(b)) => Value::Text(join_texts(a, b)),
            (Value::Int(a), Value::Int(b)) if a == b => Value::Int(a),
            (Value::Bool(a), Value::Bool(b)) if a == b => Value::Bool(a),
            (Value::Int(_) | Value::Number, Value::Int(_) | Value::Number) => Value::Number,
            (Value::Object(a), Value::Object(b)) => Value::Object(join_objects(a, &b)),
            (Value::List(a), Value::List(b)) => Value::List(join_lists(a, &b)),
            (Value::Record(a), Value::Record(b)) => Value::Record(join_records(a, &b)),
            (Value::Tuple(a), Value::Tuple(b)) if a.len() == b.len() => {
                a.iter().zip(b.iter()).map(|(a, b)| a.clone().join(b.clone())).collect::<Vec<_>>().into_tuple()
            }
            (Value::Path(a), Value::Path(b)) if a == b => Value::Path(a),
            (Value::Module(a), Value::Module(b)) if a == b => Value::Module(a),
            (Value::Class(a), Value::Class(b)) if a == b => Value::Class(a),
            (Value::Instance(a), Value::Instance(b)) if a == b => Value::Instance(a),
            // An object that a loop has filled, or has found nothing for.
            (Value::Instance(class), Value::Record(record)) | (Value::Record(record), Value::Instance(class))
                if record.class == Some(class) =>
            {
                Value::Record(record)
            }
            (Value::Function(a, r), Value::Function(b, _)) if a == b => Value::Function(a, r),
            (Value::Data(a), Value::Data(b)) => Value::Data(a.worse(b)),
            // `sort ?? "name"`: the caller may give either.
            (Value::Text(text), place @ Value::Place(_)) | (place @ Value::Place(_), Value::Text(text)) => {
                if text.worst().is_some_and(|worst| !worst.is_harmless()) { Value::Text(text) } else { place }
            }
            (Value::Text(text), Value::Data(origin)) | (Value::Data(origin), Value::Text(text)) => {
                if origin.is_harmless() || text.worst().is_some_and(|worst| worst.rank() >= origin.rank()) {
                    Value::Text(text)
                } else {
                    Value::Data(origin)
                }
            }
            // An object, rows or text on one way is more telling than nothing on the other.
            (Value::Unknown, known) | (known, Value::Unknown) => match known {
                // `rows = load() if ids else []`: of unknown length.
                Value::List(list) if matches!(list.size, Size::Constant(_)) => Value::List(Arc::new(List {
                    size: Size::Unknown,
                    constant: false,
                    element: if list.constant { Value::Unknown } else { list.element.clone() },
                    ..(*list).clone()
                })),
                Value::Object(_) | Value::List(_) | Value::Record(_) | Value::Instance(_) => known,
                Value::Text(ref text) if text.holes().next().is_some() => known,
                Value::Data(Origin::Request) => known,
                _ => Value::Unknown,
            },
            (a @ (Value::Object(_) | Value::List(_)), _) | (_, a @ (Value::Object(_) | Value::List(_))) => a,
            (Value::Data(origin), _) | (_, Value::Data(origin)) if origin == Origin::Request => Value::Data(origin),
            _ => Value::Unknown,
        }
    }
}

trait IntoTuple {
    fn into_tuple(self) -> Value;
}

impl IntoTuple for Vec<Value> {
    fn into_tuple(self) -> Value {
        Value::Tuple(self.into())
    }
}

/// The text with the worse hole stands for both; of two constants the longer.
fn join_texts(a: Arc<Text>, b: Arc<Text>) -> Arc<Text> {
    let rank = |text: &Text| {
        (text.worst().map_or(0, |origin| u32::from(origin.rank()) + 1), text.parts.len(), text.written_len())
    };
    if Arc::ptr_eq(&a, &b) || rank(&b) <= rank(&a) { a } else { b }
}

/// Of two tables of so many constants under the same keys, such as the texts of two languages, one stands for both.
const LARGE_TABLE: usize = 32;

/// Values under the same key are joined; keys that one of the two has are kept.
fn join_records(a: Arc<Record>, b: &Arc<Record>) -> Arc<Record> {
    if Arc::ptr_eq(&a, b) {
        return a;
    }
    let same_keys = || a.entries.iter().zip(&b.entries).all(|((a, _), (b, _))| a == b);
    if a.constant && b.constant && a.entries.len() >= LARGE_TABLE && a.entries.len() == b.entries.len() && same_keys() {
        return a;
    }
    let mut merged = (*a).clone();
    for (at, (key, value)) in b.entries.iter().enumerate() {
        // Records of one make (the texts of two languages) have the same keys in the same order.
        let place = if merged.entries.get(at).is_some_and(|(name, _)| name == key) {
            Some(at)
        } else {
            merged.entries.iter().position(|(name, _)| name == key)
        };
        match place {
            Some(at) => {
                let mine = &mut merged.entries[at].1;
                *mine = std::mem::take(mine).join(value.clone());
            }
            None => merged.entries.push((key.clone(), value.clone())),
        }
    }
    merged.rest = match (merged.rest.take(), &b.rest) {
        (Some(mine), Some(theirs)) => Some(mine.join(theirs.clone())),
        (mine, theirs) => mine.or_else(|| theirs.clone()),
    };
    merged.constant &= b.constant;
    merged.rows = merged.rows.take().or_else(|| b.rows.clone());
    Arc::new(merged)
}

fn join_objects(a: Arc<Object>, b: &Arc<Object>) -> Arc<Object> {
    if Arc::ptr_eq(&a, b) {
        return a;
    }
    // What only a name suggests says nothing against what is known.
    if a.kind != b.kind && a.evidence.min(b.evidence) == Evidence::Conventional && a.evidence != b.evidence {
        return if a.evidence > b.evidence { a } else { Arc::clone(b) };
    }
    // Two different objects: what one way adds (a bound, an eager load) holds only where both have it.
    let mut joined = (*a).clone();
    if a.kind != b.kind {
        if a.kind.is_none() {
            joined.kind = b.kind;
        }
        joined.evidence = a.evidence.min(b.evidence);
    }
    joined.query.param = a.query.param.filter(|_| a.query.param == b.query.param);
    if a.query.of_param != b.query.of_param {
        joined.query.of_param = None;
    }
    // `return Order.objects.none()` of one way says nothing of the rows.
    let has_few = |query: &Query| query.bounded || query.narrowed;
    if has_few(&a.query) && !has_few(&b.query) && b.query.origin.is_some() {
        joined.query.origin = b.query.origin;
        joined.query.handed = b.query.handed;
    }
    joined.query.bounded = a.query.bounded && b.query.bounded;
    joined.query.bounded_on_demand =
        a.query.bounded != b.query.bounded || a.query.bounded_on_demand || b.query.bounded_on_demand;
    joined.query.asked = a.query.asked.clone().or_else(|| b.query.asked.clone());
    joined.query.narrowed = a.query.narrowed && b.query.narrowed;
    joined.query.owned = a.query.owned && b.query.owned;
    joined.query.of_user = a.query.of_user && b.query.of_user;
    joined.query.of_tenant = a.query.of_tenant && b.query.of_tenant;
    joined.query.reading = a.query.reading.join(b.query.reading);
    joined.query.plain = a.query.plain || b.query.plain;
    joined.query.of_manager = a.query.of_manager && b.query.of_manager;
    if joined.query.statement == Statement::Judged {
        joined.query.statement = b.query.statement;
    }
    // Eager loading on one way only is deliberate often enough: the union keeps the rule silent.
    if !Arc::ptr_eq(&a.query.eager, &b.query.eager) {
        let mut eager = (*a.query.eager).clone();
        for path in b.query.eager.iter() {
            if !eager.contains(path) {
                eager.push(path.clone());
            }
        }
        joined.query.eager = Arc::new(eager);
    }
    if joined.query.entity.is_none() {
        joined.query.entity.clone_from(&b.query.entity);
    }
    joined.pending = joined.pending.or_else(|| b.pending.clone());
    joined.text = match (joined.text.take(), b.text.clone()) {
        (Some(a), Some(b)) => Some(join_texts(a, b)),
        (a, b) => a.or(b),
    };
    Arc::new(joined)
}

/// `if limit: return orders[:limit]` before `return orders`: the rows have a bound on one way.
fn join_rows(x: &Arc<Rows>, y: &Arc<Rows>) -> Arc<Rows> {
    let (bounded, open) = if x.query.bounded || x.of.is_some() { (x, y) } else { (y, x) };
    let is_either = bounded.query.bounded && !bounded.sliced && bounded.of.is_none() && bounded.file == open.file;
    if !is_either || open.query.bounded || open.of.is_some() || open.query.entity != bounded.query.entity {
        return Arc::clone(open);
    }
    let query = Query { bounded_on_demand: true, ..open.query.clone() };
    Arc::new(Rows { query, ..(**open).clone() })
}

fn join_lists(a: Arc<List>, b: &Arc<List>) -> Arc<List> {
    if Arc::ptr_eq(&a, b) {
        return a;
    }
    let rows = match (&a.rows, &b.rows) {
        (Some(x), Some(y)) => Some(join_rows(x, y)),
        (x, y) => x.clone().or_else(|| y.clone()),
    };
    let size = match (a.size, b.size) {
        (Size::Constant(x), Size::Constant(y)) => Size::Constant(x.max(y)),
        (Size::Constant(0), other) | (other, Size::Constant(0)) => other,
        (Size::Request, _) | (_, Size::Request) => Size::Request,
        (Size::Bounded | Size::Constant(_), Size::Bounded | Size::Constant(_)) => Size::Bounded,
        _ => Size::Unknown,
    };
    let empty = |list: &List| matches!(list.size, Size::Constant(0));
    let element = if empty(&a) {
        b.element.clone()
    } else if empty(b) {
        a.element.clone()
    } else {
        a.element.clone().join(b.element.clone())
    };
    Arc::new(List {
        element,
        size,
        rows,
        constant: a.constant && b.constant,
        shape: if a.shape == b.shape { a.shape } else { Shape::Elements },
    })
}

/// A name of a module, for keys of attribute maps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FieldKey(pub ClassRef, pub Sym);
