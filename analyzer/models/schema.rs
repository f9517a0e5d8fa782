//! The vocabulary of a model file: facts about one library, as data.
//!
//! One file `rules/models/<language>/<library>.toml` holds one `Library`. Facts only: no conditions, no rule names.
//! Unknown keys are errors with file and line (`deny_unknown_fields`).
//!
//! ```toml
//! library = "sqlalchemy"
//! source = "https://docs.sqlalchemy.org/en/20/ (2.0.43)"
//! imports = ["sqlalchemy"]
//! [[kind]]
//! id = "sqlalchemy.session"
//! types = ["sqlalchemy.orm.Session"]
//! names = ["session", "db_session"]
//! [[call]]
//! on = "sqlalchemy.session"
//! name = "scalars"
//! effect = "execute"
//! statement = { arg = 0 }
//! returns = "sqlalchemy.result"
//! ```

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// First segment of every kind id in this file.
    pub library: String,
    /// Where the facts come from: documentation or source, with the version.
    pub source: String,
    /// Module path prefixes that show that a file uses the library (`django`, `@nestjs/`, `gorm.io/gorm`).
    /// `*` at the start: any path that ends so (`*generated/prisma`).
    /// Conventional receiver names count only where a file of the project imports one of them.
    #[serde(default)]
    pub imports: Vec<String>,
    /// It drives a store, and this is where the store lives.
    pub driver: Option<Driver>,
    #[serde(default)]
    pub kind: Vec<Kind>,
    #[serde(default)]
    pub call: Vec<Call>,
    #[serde(default)]
    pub attr: Vec<Attr>,
    #[serde(default)]
    pub entity: Vec<Entity>,
    #[serde(default)]
    pub relation: Vec<Relation>,
    #[serde(default)]
    pub route: Vec<Route>,
    #[serde(default)]
    pub view: Vec<View>,
    #[serde(default)]
    pub serializer: Vec<Serializer>,
    #[serde(default)]
    pub row_calls: Vec<RowCalls>,
    #[serde(default)]
    pub page: Vec<Page>,
    #[serde(default)]
    pub renderer: Vec<Renderer>,
    #[serde(default)]
    pub template_tag: Vec<TemplateTag>,
    /// Paths of values, and of functions that give them, which are the entity that a setting of the project names:
    /// `"django.contrib.auth.get_user_model" = "AUTH_USER_MODEL"`.
    #[serde(default)]
    pub entity_settings: std::collections::BTreeMap<String, String>,
    /// The entities that settings name where the project leaves them alone: `AUTH_USER_MODEL = "auth.User"`.
    #[serde(default)]
    pub setting_defaults: std::collections::BTreeMap<String, String>,
    /// Entities that the library itself brings.
    #[serde(default)]
    pub declares: Vec<Declares>,
    /// Functions that give the entity that their texts name: `apps.get_model("shop", "Order")`.
    #[serde(default)]
    pub entity_lookups: Vec<String>,
    /// What names stand for where a file imports nothing, as snippets are written: `models = "django.db.models"`.
    #[serde(default)]
    pub unbound: std::collections::BTreeMap<String, String>,
    pub resolver_map: Option<ResolverMap>,
    #[serde(default)]
    pub paginated: Vec<Paginated>,
    #[serde(default)]
    pub context: Vec<ContextFact>,
    #[serde(default)]
    pub exception: Vec<ExceptionFact>,
    #[serde(default)]
    pub reporting: Vec<Reporting>,
    #[serde(default)]
    pub fix: Vec<Fix>,
    /// The file it was read from; not part of the vocabulary.
    #[serde(skip)]
    pub origin: Origin,
    /// It stands in the project's configuration: what it says of functions of the project counts more than their bodies.
    #[serde(skip)]
    pub is_own: bool,
}

/// Entities of a library, as far as their relations go, in the language's own words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declares {
    /// The module that importers name: `django.contrib.auth.models`.
    pub module: String,
    /// Its classes with their relations; methods are facts of the model like any other call.
    pub text: String,
}

/// Where the store of a driver lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Driver {
    /// In the process: a query costs no round trip.
    Embedded,
    /// Behind a network.
    Server,
}

/// The file behind a `Library`, kept so that a mistake found later can be shown with its line.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub file: String,
    pub text: String,
}

/// An abstract type: what can be called on a value and what it means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    pub id: String,
    /// Dotted paths of classes and types: an instance, an annotation, a subclass or a Go struct embedding one has this kind.
    /// Python `sqlalchemy.orm.Session`; TypeScript `@prisma/client.PrismaClient`; Go `gorm.io/gorm.DB`
    /// (the import path, a dot, the name; major version suffixes `/v5` left out). `*.PrismaClient`: whatever module
    /// exports the name (clients generated into the project). `*/ent.*Query`: any type of that form.
    #[serde(default)]
    pub types: Vec<String>,
    /// Paths of values that have this kind without a call: `flask.request`, `django.db.connection`.
    #[serde(default)]
    pub values: Vec<String>,
    /// Conventional names of the receiver's last segment, `*` at one end: the weakest evidence.
    #[serde(default)]
    pub names: Vec<String>,
    /// `Repository<User>`, `Collection<Order>`, `gorm.G[User]`: type argument `n` is the entity.
    pub entity_type_arg: Option<usize>,
    /// Being iterated, awaited, or asked for its length runs the query: the effect of that.
    pub iterate: Option<Effect>,
    pub r#await: Option<Effect>,
    /// A statement object that another call runs (`session.execute(stmt)`): the effect of running it. Absent: that of
    /// `iterate`, else of the text, whose first word says it. `queue`: a stream, and what is prepared from it is one too
    /// (`pq.CopyIn`).
    pub run: Option<Effect>,
    /// It runs the statement that it was made of: where that is not seen, nothing is known of the rows (`*sql.Stmt` in a
    /// struct that a library fills).
    #[serde(default)]
    pub prepared: bool,
    /// What one element is when iterated: `one` (an instance of the entity), `row` (plain data), or a kind.
    #[serde(default)]
    pub element: Option<String>,
    /// Slicing or indexing it puts a bound on the query (Django, `SQLAlchemy` legacy Query).
    #[serde(default)]
    pub slice_bounds: bool,
    /// Once run, it keeps its rows: a second iteration of the same value is free (Django's result cache).
    #[serde(default)]
    pub caches: bool,
    /// No network round trip (sqlite): n+1 findings are capped at info.
    #[serde(default)]
    pub embedded: bool,
    /// A cache or key-value store rather than a database.
    #[serde(default)]
    pub cache_store: bool,
    /// Calls issued in the same tick are sent as one query or one flush (Prisma `findUnique`, node-redis, `DataLoader`).
    #[serde(default)]
    pub same_tick_batches: bool,
    /// A builder that changes in place: `qb.take(10)` as a statement bounds `qb` itself (`TypeORM`, Knex, Mongoose).
    #[serde(default)]
    pub in_place: bool,
    /// The method by which a subclass says where its queries start: a manager's `get_queryset`.
    pub starts_at: Option<String>,
    /// The method that gives the rows, which frameworks call where they are given the object to list: `all` of a manager.
    pub listed_by: Option<String>,
    /// An instance of a class of this kind goes on from the query that its constructor is given: a filter's `queryset`.
    pub holds: Option<Position>,
    /// Of an instance whose class cannot be read: what shows that an attribute is a relation.
    pub presumes: Option<Presumes>,
    /// Values of this kind also understand the calls of these kinds.
    #[serde(default)]
    pub extends: Vec<String>,
}

/// An attribute of which something is read is a relation to one row, unless a column's value has such a thing too.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presumes {
    /// Attributes of the values of columns: `year` of a date, `url` of a file.
    pub values: Vec<String>,
    /// Methods that only a manager of related rows has.
    pub many: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Pure, or builds a lazy query or statement: no I/O.
    Build,
    /// Round trip, at most one row or object.
    ReadOne,
    /// Round trip, any number of rows.
    ReadMany,
    /// Round trip, an aggregate or a boolean.
    ReadScalar,
    /// Round trip for a set of keys: the cure of n+1.
    ReadBatch,
    /// Round trip, one statement that writes.
    Write,
    /// Writes many in O(1) or O(n/chunk) round trips.
    WriteBatch,
    /// Consumes rows of a statement that already ran.
    Fetch,
    /// Queued in a pipeline or unit of work; I/O happens at a later flush.
    Queue,
    /// A round trip unless it is cached or already loaded (identity map).
    MaybeRead,
    /// Transaction control and flushes.
    Transaction,
    /// Runs the statement given by `statement` or `sql`: the effect is the statement's own.
    Execute,
    /// A network call that is no database (HTTP, message broker): never an n+1 query, but an effect for error rules.
    Remote,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// The effect happens at the call.
    #[default]
    Call,
    /// Only when the result is awaited, `.then`ed, returned from an async function or given to `Promise.all`.
    Await,
}

/// One name or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Names {
    One(String),
    Many(Vec<String>),
}

impl Names {
    pub fn as_slice(&self) -> &[String] {
        match self {
            Names::One(name) => std::slice::from_ref(name),
            Names::Many(names) => names,
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.as_slice().iter().map(String::as_str)
    }
}

/// Where an argument stands. `arg` is 0-based; methods do not count their receiver.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    pub arg: Option<usize>,
    pub kw: Option<String>,
    /// Of an object or dict argument, the value under this key. For a secret also `auth.pass`, of an object in it, and
    /// `users.*`, of each of its values.
    pub key: Option<String>,
    /// Count from the end: 0 is the last argument.
    pub last: Option<usize>,
    /// Every positional argument from `arg` on.
    #[serde(default)]
    pub rest: bool,
    /// The argument is a function that returns it (`jwt.Parse(text, func(t) { return key, nil })`).
    #[serde(default)]
    pub returned: bool,
}

/// No argument, one or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Positions {
    One(Position),
    Many(Vec<Position>),
}

impl Default for Positions {
    fn default() -> Positions {
        Positions::Many(Vec::new())
    }
}

impl Positions {
    pub fn as_slice(&self) -> &[Position] {
        match self {
            Positions::One(position) => std::slice::from_ref(position),
            Positions::Many(positions) => positions,
        }
    }
}

/// A call: either a method (`on` + `name`) or a function (`path`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Kinds of the receiver. Calling the value itself (`knex("t")`, `sql(x)`) has the name `()`; a tagged template `` ` ``.
    /// A `name` without `on` (and without `path`) is a method of any receiver whose kinds have no call of that name:
    /// `xs.map(f)`, `s.trim()`, `p.then(f)`.
    pub on: Option<Names>,
    /// Method names; `*` at one end or alone matches any rest (`get*`).
    pub name: Option<Names>,
    /// Import-resolved dotted paths of functions or classes (`pandas.read_sql`, `fmt.Sprintf`); `*` stands for any text
    /// (`*/ent.Open`).
    /// A builtin or global is its bare name (`int`, `Promise.all`, `parseInt`).
    pub path: Option<Names>,
    /// Only where argument 0 is one of these texts: `process.on("unhandledRejection", f)`. Of functions by path.
    pub given: Option<Names>,
    /// Only this many positional arguments (`app.get("name")` against `app.get(path, handler)`).
    pub min_args: Option<usize>,
    pub max_args: Option<usize>,
    #[serde(default = "build")]
    pub effect: Effect,
    #[serde(default)]
    pub when: When,
    /// `self` (the receiver, with what this call adds), `one`, `many`, `row`, `rows`, `scalar`, `arg:N`, `callback`
    /// (what the callback returns), `elements` (a list of what the callback returns), or a kind id, which inherits
    /// the receiver's entity, bound and eager loading. `element` and `element:N`: one element of the receiver or of
    /// argument N (`xs.find(f)`, `_.find(xs, f)`). `keyed`: a map of the pairs in argument 0; `named`: argument 0 with the
    /// arguments that have names as further entries (`dict(orders=orders)`); `values`, `pairs`: those of the map or object
    /// in argument 0. `enumerated:N`: pairs of an index and an element of argument N; `listed:N`:
    /// a list of what argument N is (`z.array(order)`);
    /// `zipped`: tuples of one element of each argument. Go: the first result; a second is the error.
    pub returns: Option<String>,
    /// The values under these keys when the call returns a record: `{ rows = "rows" }` of pg's `query`.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Arguments that are SQL text.
    #[serde(default)]
    pub sql: Vec<SqlArg>,
    /// The argument that holds a built query or statement which this call runs (`session.execute(stmt)`).
    pub statement: Option<Position>,
    /// The argument that names the entity or table (`session.get(Order, 1)`, `db.query(Order)`, `knex("orders")`, `&order`).
    pub entity: Option<Position>,
    /// The entity is the method's own name, or part of it: `{Entity}` in `get{Entity}`.
    pub entity_in_name: Option<String>,
    /// The result also has the methods of the classes that are given: `Manager.from_queryset(OrderQuerySet)`.
    #[serde(default)]
    pub adopts: bool,
    /// The call puts a bound on the rows.
    pub bounds: Option<Bounds>,
    /// The query that is given is paged from here on where the project wants it: without a paginator the call gives
    /// nothing, and everything is the view's own choice (`paginate_queryset` of DRF).
    pub pages: Option<Position>,
    /// The call narrows to given keys (`pk__in`, `WHERE id IN`); informational for pagination.
    #[serde(default)]
    pub narrows: bool,
    /// The call loads relations eagerly.
    pub eager: Option<Eager>,
    /// The call chooses columns: reading another one of an instance runs a query per row (Django's `only`, `defer`).
    pub columns: Option<Columns>,
    /// On a relation (a receiver that `Relation::kind` gave) that was loaded eagerly it answers from memory:
    /// Django's `.all()`, `.count()`, `.exists()` on a prefetched manager, but not `.filter()`.
    #[serde(default)]
    pub from_loaded: bool,
    /// The rows become groups or one aggregate: few, whatever the table's size (`GROUP BY`, `func.count()`).
    pub aggregates: Option<Aggregates>,
    /// It runs one statement per item of this argument although it is one call (psycopg2's `executemany`).
    pub per_item: Option<Position>,
    /// What was collected before is written by it, so that it is a round trip of its own in every round of a loop
    /// although it takes no arguments (`MikroORM`'s `flush`).
    #[serde(default)]
    pub flushes: bool,
    /// Instances that were read before are stale after it: the next attribute read of each runs a query
    /// (`SQLAlchemy`'s `commit`), unless this keyword is False where any session of the project is made.
    pub expires_unless: Option<String>,
    /// The result or query is no longer made of entities (`values()`, `lean()`): no lazy attributes.
    #[serde(default)]
    pub plain: bool,
    #[serde(default)]
    pub callback: Vec<Callback>,
    /// Out-parameter that receives the result (`Find(&users)`), 0-based. The text `one` or `many` follows its type.
    pub out: Option<usize>,
    /// The value is sent to the client.
    pub respond: Option<Position>,
    /// A condition by which all rows have one object as their relation (`filter(Item.order == order)`) leaves nothing to
    /// load: the session has that object and gives it for its key.
    #[serde(default)]
    pub same_parent: bool,
    /// It renders a template.
    pub renders: Option<Renders>,
    /// A write of many rows that is a batch only where its condition names a set of them.
    pub set_of: Option<SetOf>,
    /// What the result comes from.
    pub source: Option<Source>,
    /// The result as a part of SQL text.
    pub text: Option<TextRole>,
    /// The arguments are appended to the text of a buffer: `b.WriteString(s)`, `fmt.Fprintf(&b, format, …)`.
    pub appends: Option<Appends>,
    /// Iterates that argument (with `rest`, each from there on): a lazy query given to it runs here (`list(qs)`,
    /// `len(qs)`), and `returns = "arg:0"` is then its rows.
    pub consumes: Option<Position>,
    /// Awaits every element of argument 0 or, with `rest`, every argument (`Promise.all`, `asyncio.gather`).
    pub awaits: Option<Position>,
    /// As the condition of a loop it advances a cursor: the loop visits rows (`rows.Next()`).
    #[serde(default)]
    pub advances: bool,
    /// Iterating the result yields chunks (`lo.Chunk`, `itertools.batched`), or it is a paged or endless stream.
    pub iterates: Option<Iterates>,
    /// The argument is a signing key or password (`jwt.encode(claims, KEY)`), or several are.
    #[serde(default)]
    pub secret: Positions,
    /// Go: the last result is an error whose loss matters; on GORM the returned value's `.Error`.
    pub error: Option<ErrorLoss>,
    /// What its failure means where the handler does not say (an untyped `catch`): `JSON.parse` fails with `parse`,
    /// `fs.access` with `file-system`, `require` with `missing-import`.
    pub fails: Option<ExceptionMeaning>,
    /// Makes a function that is called through it once per key, remembered after (`lru_cache`, `_.memoize`).
    #[serde(default)]
    pub memoizes: bool,
    /// Waits for a service outside, over the network (HTTP, mail, transfer of files): beside it, what a loop writes for
    /// each element costs little.
    #[serde(default)]
    pub outside: bool,
    /// The memory belongs to the instance that the method is called on: another asks again (`cached_property`).
    #[serde(default)]
    pub per_instance: bool,
    /// What the failure's callback gives back to lose it: `catchError(() => EMPTY)`.
    #[serde(default)]
    pub nothing: Vec<String>,
    /// A `DataLoader`-like constructor: the callback receives a batch of keys.
    #[serde(default)]
    pub loader: bool,
    /// Rows that are given here are what the result holds: `z.array(Order).parse(rows)`.
    pub passes: Option<Position>,
    /// Called on a promise, or on what sends its query when it is awaited, it has that settled first: `then`, `catch`.
    #[serde(default)]
    pub settles: bool,
    /// Never a query even where the name looks like one.
    #[serde(default)]
    pub pure: bool,
}

fn build() -> Effect {
    Effect::Build
}

/// Where a call that renders a template says which, and what the names in it mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renders {
    /// The first of these that is a text names it; none: the text that the receiver holds does (`get_template("x")`).
    #[serde(default)]
    pub template: Positions,
    /// The first of these that is a mapping.
    #[serde(default)]
    pub context: Positions,
    /// Keyword arguments are names too.
    #[serde(default)]
    pub keywords: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Columns {
    /// Only the columns named by the arguments (texts or attributes of the entity) are loaded.
    Only,
    /// All but the named ones are.
    Defer,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregates {
    Always,
    /// Only on a receiver that is plain already: Django's `.values("day").annotate(n=Count("id"))`.
    AfterPlain,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlArg {
    pub arg: Option<usize>,
    pub kw: Option<String>,
    /// Of an object argument (`pool.query({ text })`).
    pub key: Option<String>,
    /// Every positional argument from `arg` on.
    #[serde(default)]
    pub rest: bool,
    /// The argument is a list (or dict) and each item is text.
    #[serde(default)]
    pub each: bool,
    #[serde(default)]
    pub role: SqlRole,
    /// Only text with a dynamic part *and* no bind arguments after it, or any dynamic plain string (GORM's inline
    /// condition `First(&u, id)`): a bare dynamic value is a finding too.
    #[serde(default)]
    pub bare: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SqlRole {
    /// A whole statement.
    #[default]
    Statement,
    /// Part of one: a condition, a raw expression.
    Fragment,
    /// Takes expression objects, and text only where a program visibly builds one (some libraries took it as it was, and
    /// raise today): a bare value is an object.
    Expression,
    /// A column, table or ordering that is emitted as it is; a bare dynamic value counts too.
    Identifier,
    /// Part of one that orders: a text object that stands there is emitted as it is (`order_by(text(sort))`), while a
    /// plain value names a column.
    Ordering,
    /// A tagged template whose holes are bound: never a sink (listed so that the tag is known).
    Bound,
}

impl SqlRole {
    /// A part of a statement that is an expression: it may begin with a column.
    pub fn is_part(self) -> bool {
        matches!(self, SqlRole::Fragment | SqlRole::Expression)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Bounds {
    /// `true`: always. `false`: it takes a bound off (squirrel's `RemoveLimit`), or starts another query (`user.QueryPosts()`).
    Always(bool),
    /// When that argument is given (and is not null or negative), or one of these keys of an object argument is.
    Given(BoundsGiven),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appends {
    /// The argument that holds the buffer; absent: the receiver.
    pub to: Option<usize>,
    /// What the other arguments make: `same` (the first one), `concat`, or `printf` (the first one is the format).
    pub text: TextRole,
}

/// Where a condition names a set of rows: `deleteMany({ where: { id: { in: ids } } })`. One that is spelled out and names
/// none selects what belongs to one element: `deleteMany({ where: { orderId: order.id } })`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetOf {
    /// The key of argument 0 that holds the condition; absent: the argument is the condition.
    pub under: Option<String>,
    /// Keys that name sets, and those with conditions of their own.
    pub keys: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundsGiven {
    pub arg: Option<usize>,
    /// The argument's value must carry a bound itself: `coll.Find(ctx, filter, options.Find().SetLimit(50))`.
    #[serde(default)]
    pub carried: bool,
    pub kw: Option<String>,
    /// Keys of an object or dict argument: `{ keys = ["take", "limit"] }`.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Text keys anywhere inside a list-of-objects argument: `$limit` of an aggregation pipeline.
    #[serde(default)]
    pub stages: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eager {
    /// Which arguments name relations; default all positional ones.
    pub arg: Option<usize>,
    /// Object keys that hold relation trees: `include`, `relations`, `with`, `populate`.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Splits `a__b` or `a.b` into hops.
    pub separator: Option<String>,
    /// Takes the paths that the argument values already carry (`.options(joinedload(A.b))`).
    #[serde(default)]
    pub merge: bool,
    /// Goes on from the last path of the receiver: `joinedload(A.b).joinedload(B.c)` loads `b` and `b.c`.
    #[serde(default)]
    pub deepens: bool,
    /// A query whose own paths are loaded below the named one: `Prefetch("items", queryset=Item.objects.select_related("x"))`.
    pub below: Option<Position>,
    /// The relation is in the method's name: `With{Edge}`.
    pub in_name: Option<String>,
    /// Keywords are attributes that the rows then have: `annotate(total=Count("lines"))`.
    #[serde(default)]
    pub names: bool,
    /// No argument loads everything it can (`select_related()`).
    #[serde(default)]
    pub bare_all: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Callback {
    pub arg: Option<usize>,
    /// Counted from the end.
    pub last: Option<usize>,
    /// `sorted(xs, key=f)`.
    pub kw: Option<String>,
    pub when: CallbackWhen,
    /// The promise that the callback returns is awaited by the call: `pMap(ids, id => db.user.find(id))`.
    #[serde(default)]
    pub awaits: bool,
    /// Kinds or roles of the callback's parameters, by position: a kind id, `element` (of the receiver), `element:N`
    /// (of argument N), `arg:N` (argument N itself), `index`, `self` (the receiver), `error` (the failure: the callback is its handler, as in
    /// `.catch(f)`, rxjs `catchError(f)`, Node's `(err, data) => …`), or `_`.
    #[serde(default)]
    pub params: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallbackWhen {
    PerElement,
    Once,
    /// Registered: runs on an event, never as part of this function.
    Later,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// From the client: path, query, body, headers.
    Request,
    /// From the client, but validated or of a closed set.
    Validated,
    /// Environment, configuration, secret stores.
    Config,
    /// Generated or random at run time.
    Generated,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextRole {
    /// A number whatever went in: `int(x)`, `Number(x)`, `strconv.Atoi`, `len`.
    Number,
    /// Quoted as identifier or composed safely: no finding.
    Safe,
    /// Literal escaping helper (`mysql.escape`): informational.
    Escaped,
    /// The result is argument 0's text unchanged (`text(s)`, `dedent`, `String(x)`, `Rebind`).
    Same,
    /// `fmt.Sprintf`-like: argument 0 is a printf format.
    Printf,
    /// Python's `text.format(…)`: the receiver is the format, `{}` and `{name}` are holes for the arguments.
    Format,
    /// Concatenates its arguments (`fmt.Sprint`, `util.format` of plain strings, `"".concat`).
    Concat,
    /// Joins a list (argument 0, or the receiver in JS) with a separator.
    Join,
    /// The receiver's text (of a function: argument 0's) with the next argument replaced by the one after it.
    Replace,
    /// The same, where a plain text is replaced once: JavaScript's `replace`.
    ReplaceFirst,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Iterates {
    Chunks,
    Pages,
    Stream,
    /// A small constant set (`Object.values(Enum)`).
    Constant,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorLoss {
    /// Writes to a database, commits.
    Write,
    /// Sends, publishes, decodes, other I/O.
    Send,
    /// The call returns an object whose `.Error` holds the failure (GORM).
    Field,
    /// Losing it is fine: `Close`, `fmt.Fprint`, builders.
    Harmless,
}

/// Attribute access on a value of a kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attr {
    pub on: Names,
    /// Attribute names, `*` for any.
    pub name: Names,
    /// As `Call::returns`; `self` too.
    pub returns: Option<String>,
    pub source: Option<Source>,
    /// The attribute's own name is the entity (`prisma.user`, `db.orders`).
    #[serde(default)]
    pub entity_name: bool,
    /// The setting that names the entity of what it gives: `AUTH_USER_MODEL`.
    pub entity_setting: Option<String>,
    /// Reading it runs a query.
    pub effect: Option<Effect>,
    /// What is assigned to it is sent to the client (Koa's `ctx.body = x`).
    #[serde(default)]
    pub respond: bool,
}

/// How a class, a struct or a value is an entity (a table or collection) of this library.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Names this sort of entity for `relation.of`.
    pub id: String,
    #[serde(default)]
    pub bases: Vec<String>,
    #[serde(default)]
    pub decorators: Vec<String>,
    /// A value built by one of these calls: `pgTable("users", …)`, `mongoose.model("User", …)`.
    #[serde(default)]
    pub calls: Vec<String>,
    /// A class keyword that must be true (`table`).
    pub keyword: Option<String>,
    /// Class attributes one of which must be present (`__tablename__`).
    #[serde(default)]
    pub fields: Vec<String>,
    /// Calls that make attributes of such classes alone: a class with one of them, whose base is another package's that
    /// nothing is known of, is an entity (`class Order(LifecycleModel): name = models.CharField()`).
    #[serde(default)]
    pub made_of: Vec<String>,
    /// Kind of the class or value itself (`User.query`, `User.find()`).
    pub class_kind: Option<String>,
    /// Kind of one instance (`user.save()`).
    pub instance_kind: Option<String>,
}

/// How a field of an entity declares a relation, and what reading it does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// The entity id.
    pub of: String,
    /// The field's value is a call of one of these: `models.ForeignKey(...)`, `relationship(...)`.
    #[serde(default)]
    pub calls: Vec<String>,
    /// Or it is decorated by one of these: `@ManyToOne(() => User, { lazy: true })`.
    #[serde(default)]
    pub decorators: Vec<String>,
    /// Or it is what a method returns that is decorated by one of these (`SQLAlchemy`'s `declared_attr` of mixins).
    #[serde(default)]
    pub methods: Vec<String>,
    pub cardinality: Cardinality,
    pub access: Access,
    /// `access = "kind"`: what reading the attribute gives (a related manager, a dynamic query).
    pub kind: Option<String>,
    /// The argument that names the target: a class, a string, or a function returning the class.
    pub target: Option<Position>,
    /// It only reads another relation, which this argument names: `association_proxy("links", "name")`.
    pub through: Option<Position>,
    /// The keyword or key whose value changes the access: `lazy = "selectin"`, `{ eager: true }`.
    pub option: Option<RelationOption>,
    /// The keyword that lets it lead nowhere (`null = True`): loading everything at once does not follow it.
    pub nullable: Option<Position>,
    /// A list of all attributes of the entity leaves it out (`fields = "__all__"` a `GenericRelation`).
    #[serde(default)]
    pub unlisted: bool,
    /// Reverse accessor on the target.
    pub reverse: Option<Reverse>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cardinality {
    One,
    Many,
    /// From the annotation: a list type is many.
    Annotated,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Reading the attribute runs a query unless it was loaded eagerly.
    Lazy,
    /// Reading gives a value of `kind`; its methods run queries (Django's managers).
    Kind,
    /// Reading gives a promise; awaiting it runs a query.
    Promise,
    /// Never a query: the attribute is empty or raises unless loaded.
    None,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationOption {
    pub at: Position,
    /// Values (texts, or `true`) that make the access free.
    #[serde(default)]
    pub loaded: Vec<String>,
    /// Values that make it lazy although the declaration says otherwise.
    #[serde(default)]
    pub lazy: Vec<String>,
    /// Values that run one query per parent as soon as the parents are loaded: `lazy="immediate"`.
    #[serde(default)]
    pub at_load: Vec<String>,
    /// Values that make reading a value of this kind: `lazy="dynamic"`.
    #[serde(default)]
    pub kinds: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reverse {
    /// The keyword that names it: `related_name`, `back_populates`, `backref`.
    pub at: Position,
    /// Used when the keyword is absent: `{model}_set` (`{model}` is the lower-case class name). Absent: none.
    pub default: Option<String>,
    pub cardinality: Cardinality,
    pub access: Access,
    pub kind: Option<String>,
}

/// How a request reaches a function.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Decorator: `@router.get("/x")` (`on` + `name`), or by path (`@api_view(["GET"])`, `@Get(":id")`).
    #[serde(default)]
    pub decorator: bool,
    /// Call: `app.get("/x", handler)`, `mux.HandleFunc("GET /x", h)`.
    pub on: Option<Names>,
    pub name: Option<Names>,
    pub path: Option<Names>,
    pub min_args: Option<usize>,
    /// Exported functions called `name` in files under these globs, instead of a call or decorator: the URL is the
    /// file's path (Next.js `app/**/route.ts` with `GET`).
    #[serde(default)]
    pub files: Vec<String>,
    /// Where the URL pattern stands.
    pub url: Option<Position>,
    /// The pattern is where `url` says in the call that made the receiver: `router.route("/x").get(h)`.
    #[serde(default)]
    pub url_of_receiver: bool,
    /// Class decorators whose first argument stands before the method's own pattern (`@Controller("orders")`).
    #[serde(default)]
    pub class_prefix: Vec<String>,
    /// Where the handler stands in a call; several functions before it are middleware.
    pub handler: Option<Position>,
    pub method: RouteMethod,
    /// `method = "at"`: a keyword, argument or list naming the methods.
    pub method_at: Option<Position>,
    /// Methods when the place above is absent (`GET` for Flask).
    #[serde(default)]
    pub default_method: Option<String>,
    /// The methods are the arguments of this method, chained on the registration:
    /// `Methods` in gorilla/mux's `r.HandleFunc("/orders", list).Methods("GET")`. Without it any method.
    #[serde(default)]
    pub chained_methods: Option<String>,
    /// The handler's return value is the response.
    #[serde(default)]
    pub returns: bool,
    /// Kinds of the handler's parameters by position, `_` for any.
    #[serde(default)]
    pub params: Vec<String>,
    /// The place that names the class of an object which the handler gets before these, where it has one parameter more:
    /// `@view_config(context=Order)` of Pyramid.
    pub object: Option<Position>,
    /// Parameters of the handler come from the client: by name in the URL, as query or body; a numeric annotation makes
    /// them numbers.
    #[serde(default)]
    pub params_from_request: bool,
    /// Parameter decorators that bring it from the client, where parameters do not without one (`@Query()`, `@Body()`
    /// of `NestJS`): import-resolved paths.
    #[serde(default)]
    pub from_request: Vec<String>,
    /// Parameter decorators or annotation wrappers that take a parameter out of that (`Depends`).
    #[serde(default)]
    pub injected: Vec<String>,
    /// Where the declared response model stands (`response_model=`); a list type marks a list endpoint.
    pub response_model: Option<Position>,
    /// Arguments or decorators whose names show authentication (`login_required`, `get_current_user`), `*` at one end.
    #[serde(default)]
    pub auth: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RouteMethod {
    /// The call's or decorator's own name: `get`, `GET`, `Get`.
    Name,
    /// `method_at`.
    At,
    /// The URL pattern starts with it: `"GET /items"`; any method without.
    Url,
    Any,
    /// A read RPC or query resolver.
    Read,
    /// A write RPC.
    Write,
    /// A field resolver of a GraphQL object, a hook of an entity: runs once per object of the list that holds it.
    Child,
}

/// Classes whose methods the framework calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Import-resolved paths, `*` for any text (`*.Unimplemented*Server`); a bare name is a class of the project.
    pub bases: Vec<String>,
    /// By how the name of a base of a package without a model ends: which of `bases` it extends
    /// (`rest_framework_bulk.BulkModelViewSet`).
    #[serde(default)]
    pub base_names: BTreeMap<String, String>,
    /// Class decorators instead of bases.
    #[serde(default)]
    pub decorators: Vec<String>,
    /// Class names, `*` at one end or alone, in a project that imports the library; where bases are given too, both must
    /// hold: the structs that gqlgen has its users write (`queryResolver`, embedding the project's `Resolver`), any entity
    /// with a hook (`AfterFind` of GORM). The first view that fits counts.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Names of interfaces that a tool wrote into the tree, `*` at one end: a type that implements one fits whatever its own
    /// name, with the methods of the interface (`func (r *Root) Book() generated.BookResolver { return &books{} }`).
    #[serde(default)]
    pub interfaces: Vec<String>,
    /// What the handlers are where their own names do not say: `read`, `write`, `child`.
    pub method: Option<RouteMethod>,
    /// Method names that handle requests: `get`, `list`; `*` for all public ones.
    #[serde(default)]
    pub handlers: Vec<String>,
    /// Handlers for reading a collection without any method of its own (`ListAPIView`, `ListView`).
    #[serde(default)]
    pub lists: bool,
    /// Class attribute with the query, and the method that overrides it.
    pub query_attr: Option<String>,
    pub query_method: Option<String>,
    /// The method that is given that query, and gives the one that is listed: `filter_queryset`.
    pub filter_method: Option<String>,
    /// Methods with which own code for a list still serialises as the framework does: `get_serializer`, `super().list`.
    #[serde(default)]
    pub serialises: Vec<String>,
    /// The kind of what that method of the base gives: `super().get_queryset()`.
    pub query_kind: Option<String>,
    /// Class attribute with the entity (`model` of Django's `ListView`).
    pub entity_attr: Option<String>,
    /// Class attribute that turns pagination on (or off with None), and the method that gives it.
    pub pagination_attr: Option<String>,
    pub pagination_method: Option<String>,
    /// It gives pages by itself, unless the attribute is false.
    #[serde(default)]
    pub pages_by_default: bool,
    /// Class attribute that lists the HTTP methods which the view answers, in lower case: `http_method_names`.
    pub methods_attr: Option<String>,
    /// The setting that sets the default: `REST_FRAMEWORK.DEFAULT_PAGINATION_CLASS`.
    pub pagination_setting: Option<String>,
    /// A second setting that is needed too: `REST_FRAMEWORK.PAGE_SIZE`.
    pub page_size_setting: Option<String>,
    /// Class attribute with the serializer.
    pub serializer_attr: Option<String>,
    /// The method that chooses the serializer by the action: `get_serializer_class`.
    pub serializer_method: Option<String>,
    /// Attributes or mixins that show authentication.
    #[serde(default)]
    pub auth_attrs: Vec<String>,
    /// Kinds of the parameters of the handlers.
    #[serde(default)]
    pub params: Vec<String>,
    #[serde(default)]
    pub returns: bool,
    /// Attributes of `self` with a kind: `self.request`, `self.queryset`.
    #[serde(default)]
    pub self_attrs: BTreeMap<String, String>,
}

/// Classes whose instances turn one object (or, with `many`, each of a list) into data. A field of such a class reads
/// the attribute of the same name of the object; a field whose value or annotation is another such class goes on with
/// what it read, per element where it is `many`, a list annotation or a list field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serializer {
    /// A method of the class that is given the query and adds what the class reads of its rows: `setup_eager_loading`.
    /// Who calls it is not asked.
    pub eager_method: Option<String>,
    pub bases: Vec<String>,
    /// How the names of classes of other packages end that derive from these: `ModelSerializer`.
    #[serde(default)]
    pub base_names: Vec<String>,
    /// The object stands here when the class is called (`OrderSerializer(orders, many=True)`).
    pub object: Option<Position>,
    /// Class or static methods that take the object: `OrderOut.model_validate(order)`.
    #[serde(default)]
    pub from_object: Vec<String>,
    /// Attributes of the instance that hold the data: `data`; reading one reads the object.
    #[serde(default)]
    pub data: Vec<String>,
    /// The keyword that says "each of a list", of the class's call and of a field: `many`.
    pub many: Option<String>,
    /// The keyword of a field with another path to read, hops joined by dots: `source`.
    pub source: Option<String>,
    /// Keywords that make one of the `column_fields` read the object all the same: `lookup_field="uuid"`.
    #[serde(default)]
    pub object_with: Vec<String>,
    /// Fields by these calls only read what was loaded with the row, whatever their name (`PrimaryKeyRelatedField` of a
    /// to-one relation reads the key column).
    #[serde(default)]
    pub column_fields: Vec<String>,
    /// Keywords of a field that is never read of an object: `write_only`.
    #[serde(default)]
    pub unread_with: Vec<String>,
    /// Fields by these calls read the related object (`StringRelatedField`, `SlugRelatedField`), all of them with `many`.
    #[serde(default)]
    pub related_fields: Vec<String>,
    /// The method by which a field's own class says that it reads no more of the object than its key.
    pub key_method: Option<String>,
    /// Fields by these calls have their value from a method of the serializer that is called with the object.
    #[serde(default)]
    pub method_fields: Vec<String>,
    /// The method's name where the field does not say: `get_{field}`. Without `method_fields`, every method of that form
    /// is one (`resolve_{field}`).
    pub method_name: Option<String>,
    /// The keyword or argument that says it: `method_name`.
    pub method_at: Option<Position>,
    /// Methods of the serializer that are called with each object: `to_representation`.
    #[serde(default)]
    pub methods: Vec<String>,
    /// The inner class that names entity and fields: `Meta`, with `model`, `fields` (a list of names, or the text
    /// `__all__`, which means all columns and all to-many relations declared on the entity) and `depth`.
    pub meta: Option<String>,
    /// Keywords of the constructor that leave fields out: what is read then is not known. `only` of `OrderSchema(only=["id"])`.
    #[serde(default)]
    pub narrowed_by: Vec<String>,
    /// Only where this is true in the class's configuration (`model_config = ConfigDict(from_attributes=True)`,
    /// `class Config: orm_mode = True`) does it read objects rather than dicts.
    #[serde(default)]
    pub only_with: Vec<String>,
}

/// An object literal that maps types to fields to resolvers: one with any of these keys. Functions under its other keys
/// run once per object of that type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolverMap {
    pub roots: Vec<String>,
    /// Those of the roots whose functions answer reading requests.
    #[serde(default)]
    pub reads: Vec<String>,
    /// Classes that make one type: `new GraphQLObjectType({ name: "Order", fields: () => ({ customer: { resolve } }) })`.
    /// A type whose name ends like a root's is one.
    #[serde(default)]
    pub objects: Vec<String>,
}

/// Classes that list rows and whose methods the framework calls with each of them: sitemaps, feeds, the columns of an
/// admin's list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowCalls {
    pub bases: Vec<String>,
    /// How the names of classes of other packages end that derive from these: `Admin` of `reversion.admin.VersionAdmin`.
    #[serde(default)]
    pub base_names: Vec<String>,
    /// The attribute of the class that names the entity whose rows it lists: `model` of an inline.
    pub entity: Option<String>,
    /// The method that gives the rows: `items`, `get_queryset`.
    pub rows: String,
    /// Methods of the class that are called with each row: `lastmod`.
    #[serde(default)]
    pub methods: Vec<String>,
    /// What is called on the row where the class has no method of that name: `location = "get_absolute_url"`.
    #[serde(default)]
    pub otherwise: std::collections::BTreeMap<String, String>,
    /// The attribute that names methods of the class, or attributes of the row, which are read of each row:
    /// `list_display`. Where relations to load can be named too, to-one ones that it names are loaded with the rows, and
    /// all others with them.
    pub names: Option<String>,
    /// What is read of each row whatever the class says: `__str__`.
    #[serde(default)]
    pub always: Vec<String>,
    /// What is read where the class has no such attribute.
    #[serde(default)]
    pub names_default: Vec<String>,
    /// Bases of other packages that have the attribute.
    #[serde(default)]
    pub names_of: Vec<String>,
    /// The attribute that names relations that are loaded with the rows, or is true for all to-one ones:
    /// `list_select_related`.
    pub eager: Option<String>,
    /// Calls and decorators that tie the class to the entity whose rows it lists, in that order of arguments:
    /// `admin.site.register(Order, OrderAdmin)`, `@admin.register(Order)`.
    #[serde(default)]
    pub registered_by: Vec<String>,
    /// The rows come a page at a time.
    #[serde(default)]
    pub paged: bool,
}

/// View classes that render a template with rows of an entity, and with what a method gives.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    pub bases: Vec<String>,
    /// The class attribute that names the template.
    pub template_attr: String,
    /// The template's name where the class does not say: `{app}/{model}_list.html`. `{app}` is the folder of the entity's
    /// application, `{model}` its name in lower case.
    pub default: Option<String>,
    /// As for `View`.
    pub query_attr: String,
    pub query_method: String,
    pub entity_attr: String,
    pub pagination_attr: Option<String>,
    /// Names of the rows in the template, with `{model}`: `object_list`.
    #[serde(default)]
    pub rows: Vec<String>,
    /// Names of one row: `object`.
    #[serde(default)]
    pub row: Vec<String>,
    /// The attribute of the instance that holds that row.
    pub row_attr: Option<String>,
    /// The class attribute with one more name for the rows or the row: `context_object_name`.
    pub name_attr: Option<String>,
    /// The method that gives all other names: `get_context_data`.
    pub context_method: Option<String>,
    /// The class attribute with further names: `extra_context`.
    pub context_attr: Option<String>,
    /// The method that renders the template with the mapping that it is given: `render_to_response`.
    pub render_method: Option<String>,
}

/// Decorators of handlers, and of classes with handlers that have such a decorator too, which have what is returned
/// rendered by a template.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renderer {
    pub decorators: Vec<String>,
    pub template: Position,
}

/// Decorators that make a function a tag or a filter of templates, under its own name or another.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateTag {
    pub decorators: Vec<String>,
    /// It is a filter: `value|name:argument` calls it with the value first.
    #[serde(default)]
    pub filter: bool,
    /// Where another name stands.
    pub name: Option<Position>,
    /// Where the template stands that is rendered with what the function returns.
    pub template: Option<Position>,
    /// The keyword that has the function get the whole context as its first argument.
    pub takes_context: Option<Position>,
}

/// Pagination that a decorator, a type or a call brings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paginated {
    /// Response types: `fastapi_pagination.Page`.
    #[serde(default)]
    pub types: Vec<String>,
    /// Decorators: `ninja.pagination.paginate`.
    #[serde(default)]
    pub decorators: Vec<String>,
    /// Calls whose result is one page whatever goes in.
    #[serde(default)]
    pub calls: Vec<String>,
    /// The page is cut from rows that are already loaded: the query stays unbounded.
    #[serde(default)]
    pub in_memory: bool,
}

/// Where a function runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextFact {
    pub context: Context,
    #[serde(default)]
    pub decorators: Vec<String>,
    #[serde(default)]
    pub bases: Vec<String>,
    /// Methods of classes with those bases; empty: all.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Calls that register a function (their function arguments run there): paths, or `kind.method`.
    #[serde(default)]
    pub calls: Vec<String>,
    /// File globs below the project root.
    #[serde(default)]
    pub files: Vec<String>,
    /// Top-level function names in files that import the library (`upgrade`, `downgrade`, `up`, `down`).
    #[serde(default)]
    pub functions: Vec<String>,
    /// Kind ids: a function with a parameter of one of them runs there (`*http.Request`, `*gin.Context`, `*testing.T`).
    #[serde(default)]
    pub params: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    Test,
    Migration,
    Script,
    Background,
    Request,
}

/// What catching an exception class, or meeting an error value, means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionFact {
    /// Import-resolved paths or bare builtin names; `*.DoesNotExist` for any class's attribute.
    pub paths: Vec<String>,
    pub meaning: ExceptionMeaning,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionMeaning {
    /// Everything or nearly so: `Exception`, `Error`.
    Broad,
    /// Also exits and cancellations: `BaseException`.
    Bare,
    NotFound,
    Conflict,
    MissingImport,
    Cancelled,
    Timeout,
    Parse,
    FileSystem,
    Lookup,
    ConnectionClosed,
    EndOfInput,
    /// A failure of the database or a remote side.
    Failure,
}

/// Calls that make a failure observable.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reporting {
    /// Method names on any receiver (`exception`, `captureException`).
    #[serde(default)]
    pub names: Vec<String>,
    /// Receivers for which `names` count; empty: any. `*` at one end.
    #[serde(default)]
    pub receivers: Vec<String>,
    /// Import-resolved functions or builtins (`sentry_sdk.capture_exception`, `print`, `console.error`).
    #[serde(default)]
    pub paths: Vec<String>,
    pub level: ReportingLevel,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportingLevel {
    /// `print`, debug, trace.
    Weak,
    /// info, warning, error: logged.
    Log,
    /// Error trackers and metrics.
    Track,
    /// The failure is answered to the caller: error responses, `next(err)`, `reject(err)`, abort.
    Answer,
    /// Ends the process or raises: `sys.exit`, `log.Fatal`, `pytest.fail`.
    Raise,
}

/// A fix in this library's own words, keyed by cure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    pub cure: Cure,
    /// Only for these kinds of receiver or entity ids; empty: the whole library.
    #[serde(default)]
    pub on: Vec<String>,
    /// Placeholders: `{Model}`, `{path}` (relation), `{hops}` (relations from the query's
    /// rows on, joined by `__` as Django does), `{element}`, `{source}`, `{value}`, `{call}`, `{line}`.
    pub text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cure {
    /// Load a to-one relation with the parents.
    EagerOne,
    /// Load a to-many relation with the parents.
    EagerMany,
    /// One read for all keys.
    BatchRead,
    /// One write for all rows.
    BatchWrite,
    /// Count or aggregate in the parent query.
    Aggregate,
    /// Bind the value.
    Bind,
    /// Quote or allow-list an identifier.
    Quote,
    /// Put a bound on the query.
    Limit,
    /// Raise, wrap or check the error.
    Raise,
}
