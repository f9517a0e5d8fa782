//! Which text an expression is, as far as this file says: concatenations, templates, constants, conversions, defaults.
//!
//! Knows the IR of one module and the names of a few functions that hand a text through. Does not know which text is a
//! credential.
//! Invariant: an interpolated part that is not constant is one `HOLE`; nothing is guessed.
//! Invariant: a folded text says where its literal stands, whichever variable it came through.
//!
//! ```text
//! "ghp_" + "…"              the whole text, at the concatenation
//! []byte(KEY)               KEY's text, at its literal, through KEY
//! os.getenv("X", "y")       `y`, as a default
//! f"postgres://{u}:x@h"     `postgres://␣:x@h` with a hole
//! ```

use crate::ir::visit::child_exprs;
use crate::ir::{
    Arg, BinaryOp, Entry, ExprId, ExprKind, Imported, Lit, Module, Part, SeqKind, StmtKind, Sym, VarId, VarKind,
};
use crate::secrets::names::words;
use crate::secrets::values::HOLE;
use crate::source::Span;
use rustc_hash::FxHashMap as HashMap;

/// How far a text is followed through variables and operators.
const DEPTH: u32 = 24;

/// Longer texts are documents.
const LONGEST: usize = 8192;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Folded {
    pub(super) value: String,
    /// The literal, or the smallest expression that holds all its pieces.
    pub(super) span: Span,
    /// Used only where something else is missing: `a || "x"`, `getenv("X", "x")`.
    pub(super) is_default: bool,
    /// Came through a variable.
    pub(super) is_indirect: bool,
}

/// The lookups over one module that folding needs.
pub(super) struct Program<'m> {
    pub(super) module: &'m Module,
    /// The expression that an expression is an operand of.
    parents: Vec<Option<ExprId>>,
    /// The key or argument name under which an expression stands in its parent.
    keys: Vec<Option<Sym>>,
    /// Values assigned to a variable, in source order.
    inits: HashMap<VarId, Vec<ExprId>>,
    /// Variables taken out of a record by name: `const { JWT } = jose`.
    taken: HashMap<VarId, (ExprId, String)>,
}

impl<'m> Program<'m> {
    pub(super) fn new(module: &'m Module) -> Program<'m> {
        let mut parents = vec![None; module.exprs.len()];
        let mut keys = vec![None; module.exprs.len()];
        for (index, expr) in module.exprs.iter().enumerate() {
            child_exprs(expr, |child| parents[child.index()] = Some(ExprId(index as u32)));
            match &expr.kind {
                ExprKind::Record { entries, .. } => {
                    for entry in entries {
                        if let Entry::Pair { key, value } = entry
                            && let ExprKind::Lit(Lit::Str(key)) = module.expr(*key).kind
                        {
                            keys[value.index()] = Some(key);
                        }
                    }
                }
                ExprKind::Call { args, .. } => {
                    for arg in args.iter().filter(|arg| arg.name.is_some()) {
                        keys[arg.value.index()] = arg.name;
                    }
                }
                _ => {}
            }
        }
        let mut inits: HashMap<VarId, Vec<ExprId>> = HashMap::default();
        let mut taken = HashMap::default();
        let mut stmts: Vec<_> = module.stmts.iter().collect();
        stmts.sort_by_key(|stmt| stmt.span.start);
        for stmt in stmts {
            if let StmtKind::Assign { target, op: None, value, .. } = stmt.kind {
                pairs(module, target, value, &mut |target, value| {
                    if let ExprKind::Var(var) = module.expr(target).kind {
                        inits.entry(var).or_default().push(value);
                    }
                    if let ExprKind::Record { entries, .. } = &module.expr(target).kind {
                        for entry in entries {
                            if let Entry::Pair { key, value: place } = entry
                                && let (Some(key), ExprKind::Var(var)) =
                                    (module.str_of(*key), &module.expr(*place).kind)
                            {
                                taken.insert(*var, (value, key.to_owned()));
                            }
                        }
                    }
                });
            }
        }
        Program { module, parents, keys, inits, taken }
    }

    pub(super) fn parent(&self, id: ExprId) -> Option<ExprId> {
        self.parents[id.index()]
    }

    pub(super) fn key(&self, id: ExprId) -> Option<&'m str> {
        self.keys[id.index()].map(|key| self.module.text(key))
    }

    /// The only value of a variable, or the last one before `at` where it has several.
    pub(super) fn value_of(&self, var: VarId, at: Span) -> Option<ExprId> {
        let declared = self.module.var(var);
        if declared.kind != VarKind::Local {
            return None;
        }
        let values = self.inits.get(&var)?;
        if declared.writes.len() <= 1 && values.len() == 1 {
            return values.first().copied();
        }
        // `secret = "x"; secret = read()`: the last write before the use, were it in a branch or not.
        if values.len() != declared.writes.len() {
            return None;
        }
        values.iter().rev().copied().find(|&value| self.module.expr(value).span.end <= at.start)
    }

    /// Whether `texts` may find anything.
    pub(super) fn is_text(&self, id: ExprId) -> bool {
        match self.module.expr(id).kind {
            ExprKind::Lit(Lit::Str(_))
            | ExprKind::Template(_)
            | ExprKind::Conditional { .. }
            | ExprKind::Cast { .. }
            | ExprKind::Let { .. }
            | ExprKind::Await(_)
            | ExprKind::Ref(_)
            | ExprKind::Deref(_)
            | ExprKind::Member { .. }
            | ExprKind::Call { .. } => true,
            ExprKind::Binary { op, .. } => {
                matches!(op, BinaryOp::Add | BinaryOp::Mod | BinaryOp::Or | BinaryOp::Nullish)
            }
            ExprKind::Var(var) => self.inits.contains_key(&var),
            _ => false,
        }
    }

    /// Every text that the expression may be.
    pub(super) fn texts(&self, id: ExprId) -> Vec<Folded> {
        let mut found = Vec::new();
        self.fold(id, DEPTH, &mut found);
        found
    }

    /// The text of an expression that has exactly one.
    pub(super) fn text(&self, id: ExprId) -> Option<String> {
        match self.texts(id).as_slice() {
            [only] if !only.is_default => Some(only.value.clone()),
            _ => None,
        }
    }

    fn fold(&self, id: ExprId, depth: u32, out: &mut Vec<Folded>) {
        if depth == 0 || out.len() > 8 {
            return;
        }
        let module = self.module;
        let expr = module.expr(id);
        let plain = |value: String| Folded { value, span: expr.span, is_default: false, is_indirect: false };
        match &expr.kind {
            ExprKind::Lit(Lit::Str(sym)) => {
                let text = module.text(*sym);
                if text.len() <= LONGEST {
                    out.push(plain(text.to_owned()));
                }
            }
            ExprKind::Template(parts) => {
                let mut value = String::new();
                for part in parts {
                    match part {
                        Part::Text(sym) => value.push_str(module.text(*sym)),
                        Part::Hole { value: hole, .. } => value.push_str(&self.piece(*hole, depth - 1)),
                    }
                }
                if value.len() <= LONGEST && value.chars().any(|c| c != HOLE) {
                    // `f"{PASSWORD}"` is PASSWORD's literal.
                    match parts.as_slice() {
                        [Part::Hole { value, .. }] => self.fold(*value, depth - 1, out),
                        _ => out.push(plain(value)),
                    }
                }
            }
            ExprKind::Binary { op: BinaryOp::Add, left, right } => {
                let value = format!("{}{}", self.piece(*left, depth - 1), self.piece(*right, depth - 1));
                if value.len() <= LONGEST && value.chars().any(|c| c != HOLE) {
                    out.push(plain(value));
                }
            }
            ExprKind::Binary { op: BinaryOp::Mod, left, .. } => {
                if let Some(format) = self.single(*left, depth - 1) {
                    out.push(plain(with_holes(&format)));
                }
            }
            ExprKind::Binary { op: BinaryOp::Or | BinaryOp::Nullish, left, right } => {
                self.fold(*left, depth - 1, out);
                self.default(*right, depth, out);
            }
            ExprKind::Conditional { then, orelse, .. } => {
                self.fold(*then, depth - 1, out);
                self.fold(*orelse, depth - 1, out);
            }
            ExprKind::Cast { value, .. }
            | ExprKind::Let { value, .. }
            | ExprKind::Await(value)
            | ExprKind::Ref(value)
            | ExprKind::Deref(value) => self.fold(*value, depth - 1, out),
            ExprKind::Var(var) => {
                if let Some(value) = self.value_of(*var, expr.span) {
                    let from = out.len();
                    self.fold(value, depth - 1, out);
                    out[from..].iter_mut().for_each(|folded| folded.is_indirect = true);
                }
            }
            ExprKind::Member { .. } => {
                if let Some(value) = self.field(id, depth - 1) {
                    let from = out.len();
                    self.fold(value, depth - 1, out);
                    out[from..].iter_mut().for_each(|folded| folded.is_indirect = true);
                }
            }
            ExprKind::Call { callee, args, .. } => self.call(id, *callee, args, depth, out),
            _ => {}
        }
    }

    fn default(&self, id: ExprId, depth: u32, out: &mut Vec<Folded>) {
        let from = out.len();
        self.fold(id, depth - 1, out);
        out[from..].iter_mut().for_each(|folded| folded.is_default = true);
    }

    /// One operand of a concatenation: its text, or a hole.
    fn piece(&self, id: ExprId, depth: u32) -> String {
        self.single(id, depth).unwrap_or_else(|| HOLE.to_string())
    }

    fn single(&self, id: ExprId, depth: u32) -> Option<String> {
        let mut found = Vec::new();
        self.fold(id, depth, &mut found);
        match found.as_mut_slice() {
            [only] if !only.is_default => Some(std::mem::take(&mut only.value)),
            _ => None,
        }
    }

    /// `config.jwt.secret` where `config` is a record of this file.
    fn field(&self, id: ExprId, depth: u32) -> Option<ExprId> {
        let ExprKind::Member { base, name, .. } = self.module.expr(id).kind else { return None };
        let record = self.record(base, depth)?;
        let ExprKind::Record { entries, .. } = &self.module.expr(record).kind else { return None };
        entries.iter().rev().find_map(|entry| match entry {
            Entry::Pair { key, value } => {
                let is_it = self.module.str_of(*key) == Some(self.module.text(name));
                is_it.then_some(*value)
            }
            Entry::Spread(_) | Entry::Item(_) => None,
        })
    }

    fn record(&self, id: ExprId, depth: u32) -> Option<ExprId> {
        if depth == 0 {
            return None;
        }
        match self.module.expr(id).kind {
            ExprKind::Record { .. } => Some(id),
            ExprKind::Var(var) => self.record(self.value_of(var, self.module.expr(id).span)?, depth - 1),
            ExprKind::Member { .. } => self.record(self.field(id, depth - 1)?, depth - 1),
            ExprKind::Cast { value, .. } | ExprKind::Ref(value) => self.record(value, depth - 1),
            _ => None,
        }
    }

    fn call(&self, id: ExprId, callee: ExprId, args: &[Arg], depth: u32, out: &mut Vec<Folded>) {
        let module = self.module;
        let name = self.last_name(callee).unwrap_or_default();
        let receiver = match module.expr(callee).kind {
            ExprKind::Member { base, .. } => Some(base),
            _ => None,
        };
        let first = args.iter().find(|arg| arg.name.is_none()).map(|arg| arg.value);
        // `"…".encode()`, `Buffer.from("…").toString("base64")`
        if SAME_TEXT_METHODS.contains(&name)
            && let Some(base) = receiver
        {
            let from = out.len();
            self.fold(base, depth - 1, out);
            if out.len() > from {
                return;
            }
        }
        // `Buffer.from("…")`, `SecretStr("…")`, `b64encode("…")`
        if SAME_TEXT.contains(&name)
            && let Some(first) = first
        {
            return self.fold(first, depth - 1, out);
        }
        // `fmt.Sprintf("…%s…", x)`, `"…{}…".format(x)`
        if name == "Sprintf"
            && let Some(format) = first.and_then(|first| self.single(first, depth - 1))
        {
            let value = with_holes(&format);
            out.push(Folded { value, span: module.expr(id).span, is_default: false, is_indirect: false });
            return;
        }
        if name == "format"
            && let Some(format) = receiver.and_then(|base| self.single(base, depth - 1))
        {
            let value = with_holes(&format);
            out.push(Folded { value, span: module.expr(id).span, is_default: false, is_indirect: false });
            return;
        }
        if let Some(value) = self.default_of(callee, args) {
            self.default(value, depth, out);
        }
    }

    /// The value that a call answers when a setting is missing: `getenv("X", "y")`, `z.string().default("y")`,
    /// `Field(default="y")`, `flag.String("x", "y", "help")`.
    pub(super) fn default_of(&self, callee: ExprId, args: &[Arg]) -> Option<ExprId> {
        let named = args.iter().find(|arg| {
            arg.name.is_some_and(|name| {
                ["default", "default_value", "fallback", "defaultValue"].contains(&self.module.text(name))
            })
        });
        if let Some(arg) = named {
            return Some(arg.value);
        }
        let name = self.last_name(callee)?;
        let positional: Vec<ExprId> = args.iter().filter(|arg| arg.name.is_none()).map(|arg| arg.value).collect();
        if let ([only], "default" | "Field" | "catch" | "prefault") = (positional.as_slice(), name) {
            return Some(*only);
        }
        let at = positional.iter().position(|&arg| self.module.str_of(arg).is_some_and(is_setting_name))?;
        let is_shorthand = |id: ExprId| self.module.str_of(id).is_some_and(|text| text.len() <= 1);
        let after = positional
            .get(at + 1)
            .filter(|&&id| !(name.ends_with('P') && is_shorthand(id)))
            .or(positional.get(at + 2))?;
        let reads = words(name);
        let is_read = reads.iter().any(|word| {
            [
                "env", "getenv", "environ", "get", "config", "setting", "settings", "default", "lookup", "string",
                "option", "var", "or", "envor", "param",
            ]
            .contains(&word.as_str())
        });
        is_read.then_some(*after)
    }

    /// `verify` of `jwt.verify`, `Field` of `Field`.
    pub(super) fn last_name(&self, id: ExprId) -> Option<&'m str> {
        match self.module.expr(id).kind {
            ExprKind::Cast { value, .. } | ExprKind::Await(value) => self.last_name(value),
            // `configService.get<string>(…)`, `fn[T](…)`
            ExprKind::Index { base, .. } => self.last_name(base),
            _ => self.module.last_name(id),
        }
    }

    /// Where a callee comes from, with imports resolved: `jsonwebtoken.sign`, `flask.Flask.config`. A chain of calls is
    /// written without its calls: `new SignJWT(x).setExp(y).sign` is `jose.SignJWT.setExp.sign`.
    pub(super) fn path(&self, id: ExprId) -> Option<String> {
        self.path_within(id, DEPTH)
    }

    /// The text as it is written here: variables are holes. `None` where there is no text of its own.
    pub(super) fn written(&self, id: ExprId) -> Option<String> {
        self.written_within(id, DEPTH)
    }

    fn written_within(&self, id: ExprId, depth: u32) -> Option<String> {
        if depth == 0 {
            return None;
        }
        let module = self.module;
        let piece = |id: ExprId| self.written_within(id, depth - 1).unwrap_or_else(|| HOLE.to_string());
        match &module.expr(id).kind {
            ExprKind::Lit(Lit::Str(sym)) => Some(module.text(*sym).to_owned()),
            ExprKind::Template(parts) => Some(
                parts
                    .iter()
                    .map(|part| match part {
                        Part::Text(sym) => module.text(*sym).to_owned(),
                        Part::Hole { value, .. } => piece(*value),
                    })
                    .collect(),
            ),
            ExprKind::Binary { op: BinaryOp::Add, left, right } => Some(format!("{}{}", piece(*left), piece(*right))),
            _ => None,
        }
    }

    fn path_within(&self, id: ExprId, depth: u32) -> Option<String> {
        if depth == 0 {
            return None;
        }
        let module = self.module;
        let expr = module.expr(id);
        match &expr.kind {
            ExprKind::Name(name) => Some(module.text(*name).to_owned()),
            ExprKind::Member { base, name, .. } => {
                Some(format!("{}.{}", self.path_within(*base, depth - 1)?, module.text(*name)))
            }
            ExprKind::Call { callee: inner, .. }
            | ExprKind::Index { base: inner, .. }
            | ExprKind::Await(inner)
            | ExprKind::Ref(inner)
            | ExprKind::Deref(inner)
            | ExprKind::Cast { value: inner, .. } => self.path_within(*inner, depth - 1),
            ExprKind::Var(var) => match module.var(*var).kind {
                VarKind::Import(import) => Some(import_path(module, import)),
                VarKind::Local => match (self.value_of(*var, expr.span), self.taken.get(var)) {
                    (Some(value), _) => self.path_within(value, depth - 1),
                    (None, Some((base, name))) => Some(format!("{}.{name}", self.path_within(*base, depth - 1)?)),
                    (None, None) => Some(module.text(module.var(*var).name).to_owned()),
                },
                VarKind::Param | VarKind::Function(_) | VarKind::Class(_) | VarKind::Caught => {
                    Some(module.text(module.var(*var).name).to_owned())
                }
            },
            _ => None,
        }
    }
}

/// Calls whose result is, or holds, the text of the first argument.
const SAME_TEXT: &[&str] = &[
    "from",
    "bytes",
    "str",
    "String",
    "SecretStr",
    "SecretBytes",
    "Secret",
    "asKey",
    "createSecretKey",
    "TrimSpace",
    "encode",
    "b64decode",
    "b64encode",
    "urlsafe_b64decode",
    "urlsafe_b64encode",
    "standard_b64encode",
    "atob",
    "btoa",
    "unhexlify",
    "fromhex",
    "DecodeString",
    "EncodeToString",
    "importKey",
    "to_bytes",
    "force_bytes",
    "smart_bytes",
    "freeze",
    "toBuffer",
    "StringPtr",
    "Ptr",
    "Pointer",
    "mark_safe",
    "quote_plus",
    "quote",
    "encodeURIComponent",
    "QueryEscape",
    "ToString",
    "createHash",
    "Bytes",
    "asSecret",
];

/// Methods whose result is the receiver's text.
const SAME_TEXT_METHODS: &[&str] = &[
    "encode",
    "decode",
    "strip",
    "trim",
    "toString",
    "lower",
    "upper",
    "toLowerCase",
    "toUpperCase",
    "rstrip",
    "lstrip",
    "get_secret_value",
    "valueOf",
    "digest",
    "hexdigest",
    "update",
    "Sum",
];

/// `DB_PASSWORD`, `jwt.secret`, `--db-password`, `db-password`: a key of the environment, a configuration or a flag.
fn is_setting_name(text: &str) -> bool {
    text.len() >= 3
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-:/".contains(&b))
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// A format with its verbs as holes: `%s`, `%[1]d`, `%(name)s`, `{}`, `{name}`.
fn with_holes(format: &str) -> String {
    let mut out = String::with_capacity(format.len());
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '%' if chars.peek() == Some(&'%') => {
                chars.next();
                out.push('%');
            }
            '%' => {
                if chars.peek() == Some(&'(') {
                    chars.by_ref().find(|&c| c == ')');
                }
                while chars.next_if(|c| "0123456789.+-# []*".contains(*c)).is_some() {}
                if chars.next_if(char::is_ascii_alphabetic).is_some() {
                    out.push(HOLE);
                } else {
                    out.push('%');
                }
            }
            '{' => {
                let rest: String = chars.clone().take_while(|&c| c != '}').take(40).collect();
                let is_field = rest.chars().all(|c| c.is_ascii_alphanumeric() || "_.[]!:<>^".contains(c));
                if is_field && chars.clone().any(|c| c == '}') {
                    chars.by_ref().find(|&c| c == '}');
                    out.push(HOLE);
                } else {
                    out.push('{');
                }
            }
            _ => out.push(c),
        }
    }
    out
}

/// `module.member`, with what only says how it is imported left out: `node:`, `/v5`, `default`.
fn import_path(module: &Module, import: crate::ir::ImportId) -> String {
    let import = module.import(import);
    let written = module.text(import.module);
    let dots = ".".repeat(import.level as usize);
    let bare = written.strip_prefix("node:").unwrap_or(written);
    let bare = match bare.rsplit_once('/') {
        Some((head, tail))
            if tail.len() > 1 && tail.starts_with('v') && tail[1..].bytes().all(|b| b.is_ascii_digit()) =>
        {
            head
        }
        _ => bare,
    };
    match import.what {
        Imported::Member(name) if module.text(name) != "default" => format!("{dots}{bare}.{}", module.text(name)),
        Imported::Member(_) | Imported::Module | Imported::Default | Imported::All | Imported::Nothing => {
            format!("{dots}{bare}")
        }
    }
}

/// Target and value of an assignment, item by item where both sides are lists of the same length.
pub(super) fn pairs(module: &Module, target: ExprId, value: ExprId, each: &mut dyn FnMut(ExprId, ExprId)) {
    if let (ExprKind::Seq { items: targets, .. }, ExprKind::Seq { items: values, kind, .. }) =
        (&module.expr(target).kind, &module.expr(value).kind)
        && targets.len() == values.len()
        && matches!(kind, SeqKind::Tuple | SeqKind::List)
    {
        targets.iter().zip(values).for_each(|(&target, &value)| pairs(module, target, value, each));
        return;
    }
    // `a = b = "x"`
    if let ExprKind::Let { target: inner, value: rest } = module.expr(value).kind {
        pairs(module, inner, rest, each);
        each(target, rest);
        return;
    }
    each(target, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_fields_are_holes() {
        assert_eq!(with_holes("a%sb%[1]dc%%"), format!("a{HOLE}b{HOLE}c%"));
        assert_eq!(with_holes("x=%(name)s;{}-{host!r}"), format!("x={HOLE};{HOLE}-{HOLE}"));
        assert_eq!(with_holes("{\"a\": 1}"), "{\"a\": 1}");
    }
}
