//! Every place of a module where a text gets a name, or is handed to something that takes a credential.
//!
//! Knows the IR and which shapes of code bind: assignments, fields, arguments, map keys, defaults, comparisons, headers,
//! builder methods, struct tags. Does not know which values are credentials.
//! Invariant: a binding's text is folded; its span is the literal's.
//!
//! ```text
//! DB = {"password": "…"}                 key, beside `host`: of a connection
//! os.getenv("JWT_SECRET", "…")           default of JWT_SECRET
//! if pass == "" { pass = "…" }           default of pass
//! req.Header.Set("X-Api-Key", "…")       header
//! jwt.sign(payload, "…")                 use as a JWT signing key
//! ```

use super::fold::{Folded, Program, pairs};
use super::records;
use super::uses::{self, Use};
use super::wording::Subject;
use crate::ir::{
    Arg, BinaryOp, Class, ClassKind, Entry, ExprId, ExprKind, Lit, Module, SeqKind, StmtKind, UnaryOp, VarId,
};
use crate::models::schema::Position;
use crate::secrets::names::{Credential, credential_of, one_of, words};
use crate::source::Span;
use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap as HashMap;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A call that takes a credential.
struct Site<'s> {
    position: &'s Position,
    of: Use,
    callee: &'s str,
    span: Span,
}

/// How the text is bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// Assignment, field, argument, map key, header, builder method.
    Plain,
    /// `if token == "…"`
    Comparison,
    /// `return "…"` of a function with the name.
    Returned,
}

/// A text with the name that it is bound to.
pub(super) struct Binding {
    pub(super) text: Folded,
    /// As people know it: `DB_PASSWORD`, `X-Api-Key`.
    pub(super) name: String,
    /// The name is that of the function that takes it: `jwt.sign`.
    pub(super) is_callee: bool,
    /// With what it is a part of: `config.jwt.secret`.
    pub(super) path: String,
    pub(super) credential: Option<Credential>,
    pub(super) form: Form,
    pub(super) of: Option<Use>,
    /// The binding or the use, where it is not the literal itself.
    pub(super) place: Span,
    /// Host, port, database stand beside it, or it is handed to something that connects.
    pub(super) is_connection: bool,
    /// A constant of an enumeration, an example, a label.
    pub(super) is_sample: bool,
}

/// Keys beside a password that make it one of a connection.
const CONNECTION_KEYS: &[&str] = &[
    "host",
    "hostname",
    "server",
    "addr",
    "address",
    "port",
    "database",
    "db",
    "dbname",
    "dialect",
    "endpoint",
    "datasource",
    "net",
    "broker",
    "brokers",
    "engine",
    "nodes",
    "authsource",
];

/// Words of a callee that connects.
const CONNECTING: &[&str] = &[
    "connect",
    "connection",
    "engine",
    "pool",
    "dial",
    "login",
    "redis",
    "mongo",
    "postgres",
    "mysql",
    "database",
    "sequelize",
];

/// What stands above a value that only shows what one looks like.
const SAMPLES: &[&str] = &[
    "example",
    "examples",
    "sample",
    "samples",
    "mock",
    "mocks",
    "placeholder",
    "description",
    "help",
    "pattern",
    "regex",
    "title",
    "label",
    "labels",
    "message",
    "messages",
    "openapi",
    "swagger",
    "fixture",
    "fixtures",
    "dummy",
    "fake",
    "translations",
    "i18n",
    "locale",
    "locales",
    "errors",
    "test",
    "tests",
    "usage",
    "doc",
    "docs",
    "hint",
    "tooltip",
    "text",
    "error",
    "story",
];

static SAMPLE_WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| one_of(SAMPLES));

/// Whether a name or dotted path says that what is below it only shows what a value looks like.
pub(super) fn is_sample_path(text: &str) -> bool {
    SAMPLE_WORDS.is_match(text) && words(text).iter().any(|word| SAMPLES.contains(&word.as_str()))
}

impl Binding {
    pub(super) fn subject(&self) -> Subject {
        if self.is_callee { Subject::Callee(self.name.clone()) } else { Subject::Name(self.name.clone()) }
    }
}

/// The credential positions of a call, by the call, the name of the method where it is one, its resolved path and its
/// number of positional arguments. The path is put together only where it is asked for.
pub type Known<'k> = &'k dyn Fn(ExprId, Option<&str>, &dyn Fn() -> Option<String>, usize) -> &'k [Position];

pub(super) struct Bindings<'p, 'm, 'k> {
    program: &'p Program<'m>,
    module: &'m Module,
    known: Known<'k>,
    /// The name that a whole value is assigned to.
    targets: HashMap<ExprId, String>,
    found: Vec<Binding>,
}

pub(super) fn all(program: &Program<'_>, known: Known<'_>) -> Vec<Binding> {
    let mut bindings =
        Bindings { program, module: program.module, known, targets: HashMap::default(), found: Vec::new() };
    bindings.collect_targets();
    bindings.statements();
    bindings.declarations();
    bindings.expressions();
    // `if not key: key = "…"` is a default for whoever reads the variable later, too.
    let defaults: BTreeSet<Span> =
        bindings.found.iter().filter(|b| b.text.is_default && !b.text.is_indirect).map(|b| b.text.span).collect();
    for binding in bindings.found.iter_mut().filter(|binding| binding.text.is_indirect) {
        binding.text.is_default |= defaults.contains(&binding.text.span);
    }
    bindings.found
}

impl<'m> Bindings<'_, 'm, '_> {
    fn collect_targets(&mut self) {
        let module = self.module;
        for stmt in &module.stmts {
            if let StmtKind::Assign { target, value, .. } = stmt.kind
                && let Some((name, _)) = self.name_of(target)
            {
                self.targets.insert(value, name);
            }
        }
        for field in module.classes.iter().flat_map(|class| &class.fields) {
            if let Some(value) = field.value {
                self.targets.insert(value, module.text(field.name).to_owned());
            }
        }
    }

    fn statements(&mut self) {
        let module = self.module;
        let guarded = self.guarded_blocks();
        let mut functions = module.functions.iter().skip(1);
        let has_named_functions = functions.any(|function| credential_of(module.text(function.name)).is_some());
        for stmt in &module.stmts {
            match &stmt.kind {
                StmtKind::Assign { target, value, op: None | Some(BinaryOp::Or | BinaryOp::Nullish), .. } => {
                    let mut found = Vec::new();
                    pairs(module, *target, *value, &mut |target, value| found.push((target, value)));
                    for (target, value) in found {
                        let Some((name, path)) = self.name_of(target) else { continue };
                        let is_default = matches!(module.expr(target).kind, ExprKind::Var(var)
                            if guarded.iter().any(|&(of, block)| of == var && block.contains(stmt.span)));
                        self.bind(&name, &path, value, Form::Plain, is_default, stmt.span);
                    }
                }
                StmtKind::Return(Some(value)) => {
                    // Only what a whole function is: `function jwtSecret() { return "…" }`
                    if has_named_functions
                        && let Some(function) = self.innermost_function(stmt.span)
                        && credential_of(function).is_some()
                    {
                        let name = function.to_owned();
                        self.bind(&name, &name, *value, Form::Returned, false, stmt.span);
                    }
                }
                _ => {}
            }
        }
    }

    /// Blocks that run where a variable is empty: `if pass == "" {`, `if not secret:`, `if (!key) {`.
    fn guarded_blocks(&self) -> Vec<(VarId, Span)> {
        let module = self.module;
        let mut blocks = Vec::new();
        for stmt in &module.stmts {
            if let StmtKind::Branch { test, then, .. } = &stmt.kind
                && let Some(var) = self.emptiness(*test)
                && let (Some(&first), Some(&last)) = (then.first(), then.last())
            {
                blocks.push((var, module.stmt(first).span.to(module.stmt(last).span)));
            }
        }
        blocks
    }

    fn emptiness(&self, test: ExprId) -> Option<VarId> {
        let module = self.module;
        let var = |id: ExprId| match module.expr(id).kind {
            ExprKind::Var(var) => Some(var),
            _ => None,
        };
        match module.expr(test).kind {
            ExprKind::Unary { op: UnaryOp::Not, operand } => var(operand),
            ExprKind::Binary { op: BinaryOp::Eq | BinaryOp::Is, left, right } => {
                let is_empty = match &module.expr(right).kind {
                    ExprKind::Lit(Lit::Null) => true,
                    ExprKind::Lit(Lit::Str(sym)) => module.text(*sym).is_empty(),
                    ExprKind::Lit(Lit::Int(sym)) => module.text(*sym) == "0",
                    _ => false,
                };
                is_empty.then(|| var(left).or_else(|| self.only_argument(left).and_then(var))).flatten()
            }
            _ => None,
        }
    }

    /// `x` of `len(x)`.
    fn only_argument(&self, id: ExprId) -> Option<ExprId> {
        match &self.module.expr(id).kind {
            ExprKind::Call { args, .. } => match args.as_slice() {
                [only] => Some(only.value),
                _ => None,
            },
            _ => None,
        }
    }

    fn innermost_function(&self, span: Span) -> Option<&'m str> {
        let module = self.module;
        let inside = module.functions.iter().skip(1).filter(|function| function.span.contains(span));
        inside.min_by_key(|function| function.span.end - function.span.start).map(|function| module.text(function.name))
    }

    fn declarations(&mut self) {
        let module = self.module;
        for class in &module.classes {
            if self.is_enumeration(class) {
                continue;
            }
            for field in &class.fields {
                let name = module.text(field.name);
                let path = format!("{}.{name}", module.text(class.name));
                if let Some(value) = field.value {
                    self.bind(name, &path, value, Form::Plain, false, field.span);
                }
                if let Some(tag) = field.tag {
                    self.tag(class, name, module.text(tag), field.span);
                }
            }
        }
        for function in &module.functions {
            for param in &function.params {
                if let Some(default) = param.default {
                    let name = module.text(module.var(param.var).name).to_owned();
                    self.bind(&name, &name, default, Form::Plain, false, module.expr(default).span);
                }
                if let Some(pattern) = param.pattern {
                    self.pattern(pattern);
                }
            }
        }
    }

    /// `enum` of TypeScript, `class Kind(StrEnum)`, `models.TextChoices`.
    fn is_enumeration(&self, class: &Class) -> bool {
        let is_base = |&base: &ExprId| {
            let name = self.program.last_name(base).unwrap_or_default();
            name.ends_with("Enum") || name.ends_with("Choices") || name.ends_with("Flag")
        };
        class.kind == ClassKind::Enum || class.bases.iter().any(is_base)
    }

    /// Defaults of a destructured parameter: `{ secret = "…" }`.
    fn pattern(&mut self, pattern: ExprId) {
        if let ExprKind::Record { entries, .. } = &self.module.expr(pattern).kind {
            for entry in entries {
                if let Entry::Pair { value, .. } = entry
                    && let ExprKind::Let { target, value } | ExprKind::Binary { left: target, right: value, .. } =
                        self.module.expr(*value).kind
                    && let Some((name, path)) = self.name_of(target)
                {
                    self.bind(&name, &path, value, Form::Plain, false, self.module.expr(value).span);
                }
            }
        }
    }

    /// `envDefault:"…"`, `default:"…"` of a struct tag.
    fn tag(&mut self, class: &Class, field: &str, tag: &str, span: Span) {
        let value_of = |key: &str| {
            let from = tag.find(&format!("{key}:\""))? + key.len() + 2;
            let boundary = from == key.len() + 2 || tag.as_bytes()[from - key.len() - 3] == b' ';
            let to = from + tag[from..].find('"')?;
            boundary.then(|| tag[from..to].to_owned())
        };
        let Some(value) = value_of("envDefault").or_else(|| value_of("default")).or_else(|| value_of("env-default"))
        else {
            return;
        };
        let name = value_of("env").or_else(|| value_of("envconfig")).filter(|name| credential_of(name).is_some());
        let name = name.map_or(field.to_owned(), |name| name.split(',').next().unwrap_or_default().to_owned());
        let path = format!("{}.{name}", self.module.text(class.name));
        let credential = credential_of(&name);
        let text = Folded { value, span, is_default: true, is_indirect: false };
        self.found.push(Binding {
            text,
            name,
            is_callee: false,
            path,
            credential,
            form: Form::Plain,
            of: None,
            place: span,
            is_connection: false,
            is_sample: false,
        });
    }

    fn expressions(&mut self) {
        let module = self.module;
        for (index, expr) in module.exprs.iter().enumerate() {
            let id = ExprId(index as u32);
            match &expr.kind {
                ExprKind::Record { entries, .. } => {
                    for entry in entries {
                        if let Entry::Pair { key, value } = entry
                            && let Some(name) = self.program.text(*key)
                        {
                            self.bind(&name, &name, *value, Form::Plain, false, expr.span);
                        }
                    }
                }
                ExprKind::Call { callee, args, .. } => self.call(id, *callee, args),
                ExprKind::Binary { op: BinaryOp::Eq | BinaryOp::Ne, left, right } => {
                    for (named, value) in [(*left, *right), (*right, *left)] {
                        if self.program.is_text(value)
                            && let Some((name, path)) = self.name_of(named)
                        {
                            self.bind(&name, &path, value, Form::Comparison, false, expr.span);
                        }
                    }
                }
                // `process.env.JWT_SECRET || "…"`
                ExprKind::Binary { op: BinaryOp::Or | BinaryOp::Nullish, left, right } => {
                    if let Some((name, path)) = self.name_of(*left) {
                        self.bind(&name, &path, *right, Form::Plain, true, expr.span);
                    }
                }
                ExprKind::Let { target, value } => {
                    if let Some((name, path)) = self.name_of(*target) {
                        self.bind(&name, &path, *value, Form::Plain, false, expr.span);
                    }
                }
                _ => {}
            }
        }
    }

    fn call(&mut self, id: ExprId, callee: ExprId, args: &[Arg]) {
        let module = self.module;
        let span = module.expr(id).span;
        let last = self.program.last_name(callee).unwrap_or_default();
        for arg in args {
            if let Some(name) = arg.name {
                let name = module.text(name);
                self.bind(name, name, arg.value, Form::Plain, false, span);
                if matches!(name, "auth" | "basic_auth" | "http_auth") {
                    self.pair_of_credentials(arg.value, span);
                }
            }
        }
        let positional: Vec<ExprId> = args.iter().filter(|arg| arg.name.is_none()).map(|arg| arg.value).collect();
        self.setting(callee, last, args, &positional, span);
        // `.password("…")`, `WithPassword("…")`, `setApiKey("…")`
        if let [only] = positional.as_slice()
            && self.program.is_text(*only)
        {
            let all = words(last);
            let is_setter = matches!(all.first().map(String::as_str), Some("set" | "with" | "use"));
            let name = if is_setter { all[1..].join("_") } else { all.join("_") };
            if (is_setter && all.len() > 1) || matches!(module.expr(callee).kind, ExprKind::Member { .. }) {
                self.bind(&name, &name, *only, Form::Plain, false, span);
            }
        }
        // `subtle.ConstantTimeCompare([]byte(token), []byte("…"))`, `hmac.compare_digest(token, "…")`
        if let (
            "ConstantTimeCompare" | "compare_digest" | "constant_time_compare" | "timingSafeEqual" | "safe_str_cmp",
            [a, b],
        ) = (last, positional.as_slice())
        {
            for (named, value) in [(*a, *b), (*b, *a)] {
                if let Some((name, path)) = self.name_of(named) {
                    self.bind(&name, &path, value, Form::Comparison, false, span);
                }
            }
        }
        let method = matches!(module.expr(callee).kind, ExprKind::Member { .. }).then_some(last);
        for position in (self.known)(id, method, &|| self.program.path(callee), positional.len()) {
            let path = self.program.path(callee);
            let shown = self.name_of(callee).map_or(last.to_owned(), |(_, path)| path);
            let of = uses::of(path.as_deref().unwrap_or(&shown), position.key.as_deref().or(position.kw.as_deref()));
            self.used(&Site { position, of, callee: &shown, span }, args, &positional);
        }
    }

    /// A call of a setting's name and a value: environment with default, header, flag, `setdefault`.
    fn setting(&mut self, callee: ExprId, last: &str, args: &[Arg], positional: &[ExprId], span: Span) {
        let Some((at, name)) =
            positional.iter().enumerate().find_map(|(at, &arg)| Some((at, self.module.str_of(arg)?.to_owned())))
        else {
            return;
        };
        let name = name.trim_start_matches('-').to_owned();
        if credential_of(&name).is_none() {
            return;
        }
        let does = words(last);
        let has_default = args.iter().any(|arg| arg.name.is_some());
        let is = |list: &[&str]| does.iter().any(|word| list.contains(&word.as_str()));
        if !has_default && is(&["set", "setdefault", "header", "add", "append", "put", "insert", "setenv"]) {
            if let Some(&value) = positional.get(at + 1) {
                self.bind(&name, &name, value, Form::Plain, does.iter().any(|word| word.contains("default")), span);
            }
        } else if let Some(value) = self.program.default_of(callee, args) {
            self.bind(&name, &name, value, Form::Plain, true, span);
        }
    }

    /// `auth=("user", "…")`
    fn pair_of_credentials(&mut self, id: ExprId, span: Span) {
        if let ExprKind::Seq { items, kind: SeqKind::Tuple | SeqKind::List, .. } = &self.module.expr(id).kind
            && let [_, password] = items.as_slice()
        {
            self.bind("password", "auth.password", *password, Form::Plain, false, span);
        }
    }

    fn used(&mut self, site: &Site<'_>, args: &[Arg], positional: &[ExprId]) {
        let position = site.position;
        let named = |name: &str| args.iter().find(|arg| arg.name.is_some_and(|sym| self.module.text(sym) == name));
        if let Some((kw, arg)) = position.kw.as_deref().and_then(|kw| Some((kw, named(kw)?))) {
            self.hand(site, Some(kw), arg.value);
        }
        let from = match (position.arg, position.last) {
            (Some(at), _) => Some(at),
            (None, Some(back)) => positional.len().checked_sub(back + 1),
            (None, None) => None,
        };
        let Some(from) = from else { return };
        let count = if position.rest { usize::MAX } else { 1 };
        for &arg in positional.iter().skip(from).take(count) {
            match &position.key {
                Some(key) => self.keyed(site, key, arg),
                None if position.returned => self.returned(site, arg),
                None => self.hand(site, None, arg),
            }
        }
    }

    /// The key of a record that a use names, `auth.pass` of a record in a record, `users.*` of each of a record's; the
    /// record may stand behind a variable, and get its keys one by one.
    fn keyed(&mut self, site: &Site<'_>, key: &str, record: ExprId) {
        let (key, below) = key.split_once('.').map_or((key, None), |(key, below)| (key, Some(below)));
        for (own, value) in records::entries(self.program, record) {
            match below {
                _ if own != key && key != "*" => {}
                Some(below) => self.keyed(site, below, value),
                None => self.hand(site, Some(&own), value),
            }
        }
    }

    /// `func(t *jwt.Token) (any, error) { return []byte("…"), nil }`
    fn returned(&mut self, site: &Site<'_>, closure: ExprId) {
        let ExprKind::Closure(function) = self.module.expr(closure).kind else { return };
        let body = self.module.function(function).span;
        for stmt in self.module.stmts.iter().filter(|stmt| body.contains(stmt.span)) {
            if let StmtKind::Return(Some(value)) = stmt.kind {
                let first = match &self.module.expr(value).kind {
                    ExprKind::Seq { items, .. } => items.first().copied().unwrap_or(value),
                    _ => value,
                };
                self.hand(site, None, first);
            }
        }
    }

    /// Hands a value over; `name` is the keyword or key, where there is one.
    fn hand(&mut self, site: &Site<'_>, name: Option<&str>, value: ExprId) {
        // A list of keys: `keys: ["…"]`.
        let values = match &self.module.expr(value).kind {
            ExprKind::Seq { items, .. } => items.clone(),
            _ => vec![value],
        };
        for value in values {
            // `jwt.verify(token, publicKey)`
            let is_public =
                |(name, _): (String, String)| words(&name).iter().any(|word| word == "public" || word == "pub");
            if self.name_of(value).is_some_and(is_public) {
                continue;
            }
            let is_sample = self.is_sample(value);
            for text in self.program.texts(value) {
                self.found.push(Binding {
                    text,
                    name: name.unwrap_or(site.callee).to_owned(),
                    is_callee: name.is_none(),
                    path: name.unwrap_or(site.callee).to_owned(),
                    credential: Some(site.of.credential),
                    form: Form::Plain,
                    of: Some(site.of),
                    place: site.span,
                    is_connection: site.of.credential == Credential::Password,
                    is_sample,
                });
            }
        }
    }

    fn bind(&mut self, name: &str, path: &str, value: ExprId, form: Form, is_default: bool, place: Span) {
        // Nothing to fold: the usual case.
        let mut texts = self.program.texts(value);
        if texts.is_empty() {
            return;
        }
        for text in &mut texts {
            text.is_default |= is_default;
        }
        let mut credential = credential_of(name);
        if credential == Some(Credential::Secret) && self.is_of_sessions(value) {
            credential = Some(Credential::SigningKey);
        }
        let is_connection = credential.is_some() && self.is_connection(name, value);
        let is_sample = self.is_sample(value);
        for text in texts {
            self.found.push(Binding {
                text,
                name: name.to_owned(),
                is_callee: false,
                path: path.to_owned(),
                credential,
                form,
                of: None,
                place,
                is_connection,
                is_sample,
            });
        }
    }

    /// The record or call that a value is a direct part of, with the keys beside it.
    fn siblings(&self, value: ExprId) -> Option<(ExprId, Vec<(String, ExprId)>)> {
        let parent = self.program.parent(value)?;
        match &self.module.expr(parent).kind {
            ExprKind::Record { entries, .. } => {
                let keys = entries.iter().filter_map(|entry| match entry {
                    Entry::Pair { key, value } => Some((self.module.str_of(*key)?.to_owned(), *value)),
                    Entry::Spread(_) | Entry::Item(_) => None,
                });
                Some((parent, keys.collect()))
            }
            ExprKind::Call { args, .. } => {
                let keys = args.iter().filter_map(|arg| Some((self.module.text(arg.name?).to_owned(), arg.value)));
                Some((parent, keys.collect()))
            }
            _ => None,
        }
    }

    fn is_connection(&self, name: &str, value: ExprId) -> bool {
        let Some((parent, keys)) = self.siblings(value) else { return false };
        let maps =
            |key: &str, other: ExprId| self.module.str_of(other).is_some_and(|text| text.eq_ignore_ascii_case(key));
        // `{host: "host", port: "port", password: "password"}` maps names.
        if keys.iter().filter(|(key, other)| key != name && maps(key, *other)).count() > 1 {
            return false;
        }
        let beside = keys.iter().any(|(key, other)| {
            let is_key = words(key).last().is_some_and(|word| CONNECTION_KEYS.contains(&word.as_str()));
            key != name && is_key && !maps(key, *other)
        });
        let connects = match self.module.expr(parent).kind {
            ExprKind::Call { callee, .. } => self
                .program
                .last_name(callee)
                .is_some_and(|last| words(last).iter().any(|word| CONNECTING.contains(&word.as_str()))),
            _ => false,
        };
        beside || connects
    }

    /// `session({secret: …})`, `jwt: { secret: … }`, `fastify.register(jwt, {secret: …})`.
    fn is_of_sessions(&self, value: ExprId) -> bool {
        let is_word = |text: &str| {
            words(text)
                .iter()
                .any(|word| ["jwt", "session", "sessions", "cookie", "cookies", "passport"].contains(&word.as_str()))
        };
        let mut at = value;
        for _ in 0..4 {
            let Some(parent) = self.program.parent(at) else { break };
            match &self.module.expr(parent).kind {
                ExprKind::Record { .. } => {}
                ExprKind::Call { callee, args, .. } => {
                    let named = args
                        .iter()
                        .any(|arg| arg.value != at && self.program.path(arg.value).is_some_and(|path| is_word(&path)));
                    return named || self.program.path(*callee).is_some_and(|path| is_word(&path));
                }
                _ => break,
            }
            if at != value && self.program.key(at).is_some_and(is_word) {
                return true;
            }
            at = parent;
        }
        self.targets.get(&at).is_some_and(|name| is_word(name))
    }

    /// Below `example`, `help`, `translations` and the like, whatever lies between.
    fn is_sample(&self, value: ExprId) -> bool {
        let is_word = is_sample_path;
        let mut at = value;
        let mut is_first = true;
        while let Some(parent) = self.program.parent(at) {
            if !is_first && self.program.key(at).is_some_and(is_word) {
                return true;
            }
            is_first = false;
            at = parent;
        }
        at != value && self.targets.get(&at).is_some_and(|name| is_word(name))
    }

    /// The name of a place, alone and with what it is a part of.
    fn name_of(&self, id: ExprId) -> Option<(String, String)> {
        let module = self.module;
        let own = |name: &str| Some((name.to_owned(), name.to_owned()));
        match &module.expr(id).kind {
            ExprKind::Var(var) => own(module.text(module.var(*var).name)),
            ExprKind::Name(name) => own(module.text(*name)),
            ExprKind::Member { base, name, .. } => {
                let name = module.text(*name);
                let path = match self.name_of(*base) {
                    Some((_, base)) => format!("{base}.{name}"),
                    None => name.to_owned(),
                };
                Some((name.to_owned(), path))
            }
            ExprKind::Index { index, .. } => own(module.str_of(*index)?),
            ExprKind::Cast { value, .. } | ExprKind::Deref(value) | ExprKind::Ref(value) | ExprKind::Await(value) => {
                self.name_of(*value)
            }
            // `request.headers.get("X-Api-Key")`, `[]byte(token)`, `os.Getenv("X")`, `token.encode()`
            ExprKind::Call { callee, args, .. } => {
                let first = args.iter().find(|arg| arg.name.is_none());
                match first {
                    Some(arg) => match module.str_of(arg.value) {
                        Some(text) => own(text),
                        None if args.len() == 1 => self.name_of(arg.value),
                        None => None,
                    },
                    None => match module.expr(*callee).kind {
                        ExprKind::Member { base, .. } => self.name_of(base),
                        _ => None,
                    },
                }
            }
            ExprKind::Let { target, .. } => self.name_of(*target),
            _ => None,
        }
    }
}
