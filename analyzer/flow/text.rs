//! Text with holes: templates, concatenation, formatting, joins.
//!
//! Knows the text-building forms of the three languages. Does not know SQL.
//! Invariant: a constant piece of the program stays a constant piece of the text; whatever is not known is a hole.

use crate::flow::Interp;
use crate::flow::calls::substitute::origin_of_value;
use crate::flow::eval::is_constant_name;
use crate::flow::value::{EntityRef, Hole, List, Origin, Place, Size, Text, TextPart, Value};
use crate::ir::{Arg, ExprId, ExprKind, Lit, Module, Part, Sym};
use crate::project::Unit;
use crate::source::{Family, Span};
use std::sync::Arc;

/// A value as a part of text.
pub(super) fn text_of(unit: &Unit, value: &Value, expr: ExprId) -> Text {
    let span = unit.module.expr(expr).span;
    let hole = |origin| Text::hole(origin, unit.file, span);
    match value {
        Value::Text(text) => match text.parts.as_slice() {
            // Nothing but a value: what is spliced in is known by the name that it has here.
            [TextPart::Hole(hole)] if !hole.joined => {
                Text { parts: vec![TextPart::Hole(Hole { file: unit.file, span, ..hole.clone() })] }
            }
            _ => (**text).clone(),
        },
        Value::Int(n) => Text::constant(&n.to_string()),
        Value::Bool(_) | Value::Null => Text::constant(""),
        Value::Number => hole(Origin::Number),
        Value::Data(origin) => hole(*origin),
        Value::Place(place) => match origin_of_name(unit, expr) {
            known @ (Origin::Constant | Origin::Quoted | Origin::Config) => hole(known),
            _ => Text::of_place(place, unit.file, span, false),
        },
        Value::Object(object) => match &object.text {
            Some(text) => (**text).clone(),
            None if object.kind.is_none() => hole(Origin::Row),
            None => hole(origin_of_name(unit, expr)),
        },
        Value::List(list) if list.constant => hole(Origin::Constant),
        Value::List(list) => match list.element.as_text() {
            Some(text) => hole(text.worst().unwrap_or(Origin::Constant)),
            None => hole(element_origin(&list.element)),
        },
        Value::Class(_) => hole(Origin::Constant),
        Value::Tuple(_) => hole(origin_of_value(value)),
        Value::Path(path) => {
            let last = path.rsplit('.').next().unwrap_or(path);
            // A package-level name of another Go file is a constant far more often than not.
            let constant = is_constant_name(last)
                || unit.family() == Family::Go
                || is_member_of_type(path)
                || is_value_of_member(&unit.module, expr);
            let imported = || unit.import_paths.iter().flatten().any(|import| path.starts_with(&**import));
            hole(match constant {
                true => Origin::Constant,
                false if imported() => Origin::Unknown,
                false => Origin::Undeclared,
            })
        }
        Value::Unknown => hole(origin_of_name(unit, expr)),
        Value::Module(_)
        | Value::Instance(_)
        | Value::Function(..)
        | Value::Record(_)
        | Value::Check(_)
        | Value::Error => hole(Origin::Unknown),
    }
}

fn element_origin(element: &Value) -> Origin {
    match element {
        Value::Data(origin) => *origin,
        Value::Number | Value::Int(_) => Origin::Number,
        Value::Place(place) => Origin::Param(place.param),
        _ => Origin::Unknown,
    }
}

/// `ReportReason.Spam`: a member of an enumeration.
fn is_member_of_type(path: &str) -> bool {
    let mut names = path.rsplit('.');
    let capital = |name: Option<&str>| name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));
    capital(names.next()) && capital(names.next())
}

/// `AppKind.none.value`: what stands behind a member of an enumeration.
fn is_value_of_member(module: &Module, expr: ExprId) -> bool {
    let ExprKind::Member { base, name, .. } = module.expr(expr).kind else { return false };
    let ExprKind::Member { base: class, .. } = module.expr(base).kind else { return false };
    let is_class = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
    matches!(module.text(name), "value" | "name") && module.last_name(class).is_some_and(is_class)
}

/// An unknown value with a name like a constant, a table name or a placeholder list.
fn origin_of_name(unit: &Unit, expr: ExprId) -> Origin {
    let module = &unit.module;
    let Some(name) = module.last_name(expr) else { return Origin::Unknown };
    if is_constant_name(name)
        || matches!(name, "db_table" | "__tablename__" | "__name__")
        || is_value_of_member(module, expr)
    {
        return Origin::Constant;
    }
    if says_safe(name) {
        Origin::Quoted
    } else if is_of_configuration(unit, expr) {
        Origin::Config
    } else {
        Origin::Unknown
    }
}

/// `cfg.Schema`, `s.config.DB.Namespace`: what whoever runs the program has set.
fn is_of_configuration(unit: &Unit, expr: ExprId) -> bool {
    let module = &unit.module;
    let ExprKind::Member { base, .. } = module.expr(expr).kind else { return false };
    let Some(holder) = module.last_name(base) else { return false };
    let lower = holder.to_ascii_lowercase();
    ["config", "configuration", "cfg", "conf", "settings"].contains(&lower.as_str()) || is_of_configuration(unit, base)
}

/// `safeColumn`, `escaped_name`: the program says that it has seen to the value.
fn says_safe(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["safe", "escaped", "quoted", "sanitized", "sanitised"].iter().any(|word| {
        let rest = lower.strip_prefix(word).map(|rest| &name[name.len() - rest.len()..]);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c == '_' || c.is_ascii_uppercase()))
    })
}

impl Interp<'_, '_> {
    pub(super) fn template(&mut self, parts: &[Part]) -> Value {
        let unit = self.unit;
        let mut text = Text::default();
        for part in parts {
            match part {
                Part::Text(piece) => text.push(&Text::constant(unit.module.text(*piece))),
                Part::Hole { value, spec } => {
                    let known = self.eval(*value);
                    if spec.is_some_and(|spec| is_numeric_spec(unit.module.text(spec))) {
                        text.push(&Text::hole(Origin::Number, unit.file, self.span(*value)));
                    } else {
                        text.push(&self.text_of(&known, *value));
                    }
                }
            }
        }
        Value::text(text)
    }

    /// `f"{order}"` and `{{ order }}` ask the object for its text.
    pub(super) fn printed(&mut self, value: &Value, at: ExprId) {
        let unit = self.unit;
        let Value::Object(object) = value else { return };
        let Some(EntityRef::Class(class)) = object.query.entity else { return };
        if !(unit.is_template || unit.family() == Family::Python) || object.query.plain || !self.is_instance(object) {
            return;
        }
        if let Some(method) = self.method_of(class, "__str__") {
            self.call_project(method, Some(value), &[], at, self.span(at));
        }
    }

    pub(super) fn add(&mut self, a: Value, b: &Value, left: ExprId, right: ExprId) -> Value {
        match (&a, b) {
            (Value::List(x), Value::List(y)) => {
                let mut both = (**x).clone();
                both.size = match (x.size, y.size) {
                    (Size::Constant(n), Size::Constant(m)) => Size::Constant(n + m),
                    _ => Size::Unknown,
                };
                both.element = if x.size == Size::Constant(0) {
                    y.element.clone()
                } else {
                    x.element.clone().join(y.element.clone())
                };
                both.constant = x.constant && y.constant;
                both.rows = x.rows.clone().or_else(|| y.rows.clone());
                Value::List(Arc::new(both))
            }
            (Value::List(_), _) => a,
            (Value::Int(x), Value::Int(y)) => Value::Int(x.wrapping_add(*y)),
            (Value::Number | Value::Int(_), Value::Number | Value::Int(_)) => Value::Number,
            _ => {
                let textual =
                    |value: &Value| value.as_text().is_some() || matches!(value, Value::Data(_) | Value::Place(_));
                if !textual(&a) && !textual(b) {
                    return match (&a, b) {
                        (Value::Number | Value::Int(_), _) | (_, Value::Number | Value::Int(_)) => Value::Number,
                        _ => Value::Unknown,
                    };
                }
                let mut text = self.text_of(&a, left);
                text.push(&self.text_of(b, right));
                Value::text(text)
            }
        }
    }

    /// Python's `"… %s …" % value`.
    pub(super) fn percent(&mut self, format: &Value, values: &Value, left: ExprId, right: ExprId) -> Value {
        let unit = self.unit;
        let template = self.text_of(format, left);
        let Some(constant) = template.as_constant().map(str::to_owned) else {
            // A format with holes of its own keeps them, and takes in the values as one more.
            let mut text = template;
            text.push(&self.text_of(values, right));
            return Value::text(text);
        };
        let mut given: Vec<(Value, ExprId)> = Vec::new();
        match (&unit.module.expr(right).kind, values) {
            (ExprKind::Seq { items, .. }, Value::Tuple(parts)) => {
                given.extend(parts.iter().cloned().zip(items.iter().copied()));
            }
            _ => given.push((values.clone(), right)),
        }
        let record = match values {
            Value::Record(record) => Some(record.clone()),
            _ => None,
        };
        let mut next = 0;
        let text = printf(&constant, |verb, key| {
            if let (Some(record), Some(key)) = (&record, key) {
                return match record.get(key) {
                    Some(value) => (self.text_of(value, right), verb),
                    None => (Text::hole(Origin::Unknown, unit.file, self.span(right)), verb),
                };
            }
            let (value, expr) =
                given.get(next.min(given.len().saturating_sub(1))).cloned().unwrap_or((Value::Unknown, right));
            next += 1;
            (self.text_of(&value, expr), verb)
        });
        Value::text(text)
    }

    /// `"…{}…".format(a, b=c)`.
    pub(super) fn str_format(&mut self, template: &Text, args: &[Arg], values: &[Value]) -> Value {
        let unit = self.unit;
        let positional: Vec<usize> = (0..args.len()).filter(|&at| args[at].name.is_none()).collect();
        let mut text = Text::default();
        let mut next = 0;
        for part in &template.parts {
            let TextPart::Const(piece) = part else {
                text.push(&Text { parts: vec![part.clone()] });
                continue;
            };
            let mut rest: &str = piece;
            while let Some(open) = rest.find(['{', '}']) {
                text.push(&Text::constant(&rest[..open]));
                let doubled = rest[open + 1..].starts_with(&rest[open..=open]);
                if doubled {
                    text.push(&Text::constant(&rest[open..=open]));
                    rest = &rest[open + 2..];
                    continue;
                }
                let Some(close) = rest[open..].find('}') else {
                    rest = &rest[open + 1..];
                    continue;
                };
                let field = &rest[open + 1..(open + close).max(open + 1)];
                rest = &rest[open + close + 1..];
                let name = field.split([':', '!', '.', '[']).next().unwrap_or("");
                let at = if name.is_empty() {
                    next += 1;
                    positional.get(next - 1).copied()
                } else if let Ok(index) = name.parse::<usize>() {
                    positional.get(index).copied()
                } else {
                    args.iter().position(|arg| arg.name.is_some_and(|sym: Sym| unit.module.text(sym) == name))
                };
                // `**params` and missing fields are unknown.
                match at.or_else(|| (!args.is_empty()).then_some(args.len() - 1)) {
                    Some(at) if args[at].spread == crate::ir::Spread::None => {
                        text.push(&self.text_of(&values[at], args[at].value));
                    }
                    Some(at) => text.push(&Text::hole(Origin::Unknown, unit.file, self.span(args[at].value))),
                    None => {}
                }
            }
            text.push(&Text::constant(rest));
        }
        Value::text(text)
    }

    /// Go's `fmt.Sprintf(format, args…)`; also `util.format`.
    pub(super) fn sprintf(&mut self, args: &[Arg], values: &[Value]) -> Value {
        let unit = self.unit;
        let Some(first) = values.first() else { return Value::Unknown };
        let template = self.text_of(first, args[0].value);
        let Some(constant) = template.as_constant().map(str::to_owned) else {
            let mut text = template;
            for (value, arg) in values.iter().zip(args).skip(1) {
                text.push(&self.text_of(value, arg.value));
            }
            return Value::text(text);
        };
        let mut next = 1;
        let text = printf(&constant, |verb, index| {
            // `%[2]s` takes the second argument.
            let at = index.and_then(|index| index.parse().ok()).unwrap_or(next);
            next = at + 1;
            match (values.get(at), args.get(at)) {
                (Some(value), Some(arg)) => (self.text_of(value, arg.value), verb),
                _ => (Text::hole(Origin::Unknown, unit.file, self.span(args[0].value)), verb),
            }
        });
        Value::text(text)
    }

    /// All arguments one after the other.
    pub(super) fn concat(&mut self, start: Text, args: &[Arg], values: &[Value]) -> Value {
        let mut text = start;
        for (value, arg) in values.iter().zip(args) {
            text.push(&self.text_of(value, arg.value));
        }
        Value::text(text)
    }

    /// A list joined by a separator.
    pub(super) fn join(&mut self, list: &Value, span: Span) -> Value {
        match list {
            Value::List(list) => self.join_elements(list, span),
            Value::Data(origin) => self.joined(*origin, span),
            Value::Place(place) => self.joined_place(place, span),
            Value::Tuple(_) => self.joined(origin_of_value(list), span),
            _ => self.joined(Origin::Unknown, span),
        }
    }

    fn joined(&self, origin: Origin, span: Span) -> Value {
        let hole = Hole { origin, file: self.unit.file, span, joined: true, field: None };
        Value::text(Text { parts: vec![TextPart::Hole(hole)] })
    }

    fn joined_place(&self, place: &Place, span: Span) -> Value {
        match self.closed_by_type(place) {
            Some(origin) => self.joined(origin, span),
            None => Value::text(Text::of_place(place, self.unit.file, span, true)),
        }
    }

    fn join_elements(&mut self, list: &Arc<List>, span: Span) -> Value {
        let of = |origin| self.joined(origin, span);
        if list.size == Size::Constant(0) && list.element.is_unknown() {
            return Value::constant("");
        }
        match &list.element {
            Value::Text(text) => match text.worst() {
                // `["%s"] * n`, `"?" for _ in ids`, `$1, $2`: placeholders, or constant conditions.
                None => {
                    let constant = text.as_constant().unwrap_or("");
                    if is_placeholder(constant) { of(Origin::Placeholders) } else { Value::Text(text.clone()) }
                }
                Some(origin) if origin.is_harmless() => {
                    if text.skeleton().trim_start().starts_with(['$', '?', ':', '@']) {
                        of(Origin::Placeholders)
                    } else {
                        of(origin)
                    }
                }
                Some(_) => {
                    let mut text = (**text).clone();
                    for part in &mut text.parts {
                        if let TextPart::Hole(hole) = part {
                            hole.joined = true;
                        }
                    }
                    Value::text(text)
                }
            },
            Value::Place(place) => self.joined_place(place, span),
            element => {
                if list.constant {
                    of(Origin::Constant)
                } else {
                    of(element_origin(element))
                }
            }
        }
    }

    /// `.replace(token, value)`, `strings.ReplaceAll(text, token, value)`; `args` begin with the token.
    pub(super) fn replaced(&mut self, subject: &Value, expr: ExprId, args: &[(Value, Arg)], once: bool) -> Value {
        let [(token, replaced), (value, by), ..] = args else { return subject.clone() };
        if self.disarms_quotes(token, replaced.value, value, once) {
            let mut text = self.text_of(subject, expr);
            for part in &mut text.parts {
                if let TextPart::Hole(hole) = part
                    && !hole.origin.is_harmless()
                {
                    hole.origin = Origin::Escaped;
                }
            }
            return Value::text(text);
        }
        match (subject, value) {
            (Value::Text(text), _) => self.replace(text, token, value, by.value),
            // A template that nobody knows: the token says what stands around the value.
            (Value::Unknown, Value::Text(_) | Value::Data(_) | Value::Place(_))
                if !value.is_constant() && token.is_constant() =>
            {
                let mut text = self.text_of(subject, expr);
                text.push(&self.text_of(token, replaced.value));
                text.push(&self.text_of(value, by.value));
                Value::text(text)
            }
            (Value::Data(_) | Value::Place(_), _) => Value::text(self.text_of(subject, expr)),
            _ => subject.clone(),
        }
    }

    /// `.replace("'", "''")`, `.replace(/'/g, "''")`: escaped by hand, as standard SQL has it; `.replace('"', "")` leaves
    /// no quote at all. A backslash before the quote is none: whoever sends `\\'` gets through.
    fn disarms_quotes(&self, token: &Value, at: ExprId, value: &Value, once: bool) -> bool {
        let constant = |value: &Value| value.as_text().and_then(|text| text.as_constant().map(str::to_owned));
        let quote = match &self.unit.module.expr(at).kind {
            ExprKind::Lit(Lit::Regex(pattern)) => {
                let pattern = self.unit.module.text(*pattern);
                ["'", "\"", "`"].into_iter().find(|quote| {
                    pattern
                        .strip_prefix('/')
                        .and_then(|rest| rest.strip_prefix(quote))
                        .is_some_and(|rest| rest.starts_with("/g"))
                })
            }
            _ if once => None,
            _ => {
                let token = constant(token);
                ["'", "\"", "`"].into_iter().find(|quote| token.as_deref() == Some(quote))
            }
        };
        quote.zip(constant(value)).is_some_and(|(quote, by)| by.is_empty() || by == quote.repeat(2))
    }

    fn replace(&mut self, text: &Text, token: &Value, value: &Value, expr: ExprId) -> Value {
        let replacement = self.text_of(value, expr);
        let Some(token) = token.as_text().and_then(|token| token.as_constant().map(str::to_owned)) else {
            return Value::text(text.clone());
        };
        // Deleting or escaping a constant: the text stays what it is.
        if token.is_empty() || replacement.as_constant().is_some() {
            return Value::text(text.clone());
        }
        let mut out = Text::default();
        for part in &text.parts {
            match part {
                TextPart::Const(piece) if piece.contains(&token) => {
                    let mut pieces = piece.split(&token);
                    if let Some(first) = pieces.next() {
                        out.push(&Text::constant(first));
                    }
                    for piece in pieces {
                        out.push(&replacement);
                        out.push(&Text::constant(piece));
                    }
                }
                _ => out.push(&Text { parts: vec![part.clone()] }),
            }
        }
        Value::text(out)
    }
}

fn is_placeholder(text: &str) -> bool {
    let trimmed = text.trim_matches(|c: char| c == ',' || c == '(' || c == ')' || c.is_whitespace());
    matches!(trimmed, "%s" | "?" | "??" | "{}")
        || trimmed.starts_with("%(")
        || trimmed.split(',').all(|piece| matches!(piece.trim().trim_matches(['(', ')']), "%s" | "?"))
}

/// `:d`, `:.2f`, `:,`, `:04x` of format specifications.
fn is_numeric_spec(spec: &str) -> bool {
    spec.ends_with(['d', 'f', 'x', 'X', 'e', 'g', 'b', 'o', 'n', '%']) && !spec.starts_with('!')
}

/// Fills a printf format; `value` gives the text for each verb (and its `%(key)`), and the verb back.
fn printf(format: &str, mut value: impl FnMut(char, Option<&str>) -> (Text, char)) -> Text {
    let mut text = Text::default();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push(&Text::constant(&rest[..at]));
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            text.push(&Text::constant("%"));
            rest = after;
            continue;
        }
        let key = rest.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        let after_key = key.map_or(rest, |(_, after)| after);
        let flags = after_key.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(after_key.len());
        let Some(verb) = after_key[flags..].chars().next() else { break };
        if after_key[..flags]
            .contains(|c: char| !matches!(c, '#' | '0'..='9' | '.' | '-' | '+' | ' ' | '*' | '[' | ']'))
        {
            // `LIKE '%foo'`: no verb.
            text.push(&Text::constant("%"));
            continue;
        }
        let index =
            after_key[..flags].split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(index, _)| index);
        let (filled, verb) = value(verb, key.map(|(name, _)| name).or(index));
        if matches!(verb, 'I' | 'L') {
            // pg-format quotes identifiers and literals.
            for part in filled.parts {
                text.push(&match part {
                    TextPart::Hole(mut hole) => {
                        hole.origin = Origin::Quoted;
                        Text { parts: vec![TextPart::Hole(hole)] }
                    }
                    TextPart::Const(piece) => Text { parts: vec![TextPart::Const(piece)] },
                });
            }
        } else if matches!(verb, 'd' | 'i' | 'u' | 'x' | 'X' | 'o' | 'b' | 'e' | 'f' | 'g' | 't' | 'c' | 'U') {
            for part in filled.parts {
                text.push(&match part {
                    TextPart::Hole(mut hole) => {
                        hole.origin = Origin::Number;
                        Text { parts: vec![TextPart::Hole(hole)] }
                    }
                    TextPart::Const(piece) => Text { parts: vec![TextPart::Const(piece)] },
                });
            }
        } else {
            text.push(&filled);
        }
        rest = &after_key[flags + verb.len_utf8()..];
    }
    text.push(&Text::constant(rest));
    text
}
