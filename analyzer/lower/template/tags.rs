//! Tags: loops, branches, scopes, macros, templates in templates; any other tag as a call over its arguments.
//!
//! Knows the tags that both engines bring. Does not know what a tag of the project or of a library does.

use super::syntax::{Kind, Node, Reader};
use super::{Frame, Lowering, Opened, parameter};
use crate::ir::{Arg, Block, ExprId, ExprKind, Function, MODULE_FN, ParamKind, SeqKind, Spread, StmtKind, VarKind};
use crate::source::Span;

impl Lowering<'_> {
    pub(super) fn tag(&mut self, span: Span, inner: Span) {
        let mut reader = Reader::new(self.bytes, inner);
        let Some(word) = reader.word() else { return };
        let name = self.text(word);
        if let Some(opened) = name.strip_prefix(b"end") {
            self.close_named(opened, span);
            return;
        }
        let is_block = self.closers.contains(name);
        let opens = is_block || matches!(name, b"for" | b"if" | b"with" | b"block" | b"macro" | b"call");
        if opens && self.is_too_deep() {
            self.unfollowed += 1;
            return;
        }
        match name {
            b"for" => self.for_tag(&mut reader, span),
            b"if" => {
                let test = self.test(&mut reader, span);
                self.open(branches(test, span), span, name, false);
            }
            b"elif" | b"elseif" => self.elif(&mut reader, span),
            b"else" | b"empty" => self.orelse(span),
            b"with" => {
                self.open(Opened::Plain, span, name, true);
                self.bindings(&mut reader, span, Reader::expression);
            }
            b"set" => self.set(&mut reader, span, is_block),
            b"macro" => self.macro_tag(&mut reader, span),
            b"block" => self.open(Opened::Plain, span, name, true),
            b"include" => self.include(&mut reader, word, span),
            b"extends" => self.extends(&mut reader, word, span),
            b"import" => self.import(&mut reader, word, span),
            b"from" => self.imported_names(&mut reader, word, span),
            b"regroup" => self.regroup(&mut reader, span),
            b"do" => {
                if let Some(node) = reader.expressions() {
                    let value = self.expr(&node);
                    self.emit(StmtKind::Expr(value), span);
                }
            }
            b"blocktrans" | b"blocktranslate" | b"trans" | b"translate" if is_block => {
                self.open(Opened::Plain, span, name, true);
                // An `and` stands between two of them.
                self.bindings(&mut reader, span, Reader::filtered);
            }
            b"call" => {
                // `{% call(item) rows(orders) %}`: the body is what the macro asks for.
                self.open(Opened::Plain, span, name, true);
                if reader.takes(b"(") {
                    while let Some(param) = reader.word() {
                        self.bind(param);
                        reader.takes(b",");
                    }
                    reader.takes(b")");
                }
                if let Some(node) = reader.expression() {
                    let value = self.expr(&node);
                    self.emit(StmtKind::Expr(value), span);
                }
            }
            b"load" | b"plural" | b"pluralize" | b"csrf_token" | b"break" | b"continue" => {}
            _ if is_block && name.starts_with(b"if") => {
                let test = self.call_of_tag(&mut reader, word, span);
                self.open(branches(test, span), span, name, false);
            }
            _ => {
                let value = self.call_of_tag(&mut reader, word, span);
                self.emit(StmtKind::Expr(value), span);
                if is_block {
                    self.open(Opened::Plain, span, name, true);
                }
            }
        }
    }

    /// `for order in orders`, `for a, b in pairs reversed`, `for x in xs if x.paid recursive`.
    fn for_tag(&mut self, reader: &mut Reader<'_>, span: Span) {
        let mut names = Vec::new();
        loop {
            reader.takes(b"(");
            match reader.word() {
                Some(name) if self.text(name) != b"in" => names.push(name),
                // Without `in` nothing is visited.
                _ => return self.open_broken(span),
            }
            reader.takes(b")");
            if !reader.takes(b",") && !reader.next_is(b")") {
                break;
            }
        }
        if !reader.takes(b"in") {
            return self.open_broken(span);
        }
        // What is iterated stands outside of the loop's scope.
        let iter = match reader.iterable() {
            Some(node) => self.expr(&node),
            None => return self.open_broken(span),
        };
        let has_test = reader.takes(b"if");
        self.scopes.push(Vec::new());
        let places: Vec<ExprId> = names.iter().map(|&name| self.bind(name)).collect();
        let target = match (places.as_slice(), names.first().zip(names.last())) {
            ([only], _) => Some(*only),
            (_, Some((first, last))) => {
                let kind = ExprKind::Seq { kind: SeqKind::Tuple, items: places, ty: None };
                Some(self.b.expr(kind, first.to(*last)))
            }
            _ => None,
        };
        let only_if = if has_test { reader.expression().map(|test| self.expr(&test)) } else { None };
        let opened = Opened::Each { target, iter, only_if, body: None };
        self.frames.push(Frame { has_scope: true, ..Frame::of(opened, span, b"for") });
    }

    fn open_broken(&mut self, span: Span) {
        self.b.module.stats.errors += 1;
        self.open(Opened::Plain, span, b"for", true);
    }

    fn test(&mut self, reader: &mut Reader<'_>, span: Span) -> ExprId {
        match reader.expressions() {
            Some(node) => self.expr(&node),
            None => self.b.expr(ExprKind::Opaque(Vec::new()), span),
        }
    }

    fn elif(&mut self, reader: &mut Reader<'_>, span: Span) {
        if self.unfollowed > 0 || !self.is_in_branches() {
            return;
        }
        let next = self.test(reader, span);
        self.next_arm(Some(next), span);
    }

    fn is_in_branches(&self) -> bool {
        self.frames.last().is_some_and(|frame| matches!(frame.opened, Opened::Branches { .. }))
    }

    fn next_arm(&mut self, next: Option<ExprId>, span: Span) {
        if let Some(frame) = self.frames.last_mut()
            && let Opened::Branches { done, test, start } = &mut frame.opened
        {
            let block = std::mem::take(&mut frame.block);
            done.push((std::mem::replace(test, next), std::mem::replace(start, span), block));
        }
    }

    fn orelse(&mut self, span: Span) {
        if self.unfollowed > 0 {
            return;
        }
        if self.is_in_branches() {
            return self.next_arm(None, span);
        }
        if let Some(frame) = self.frames.last_mut()
            && let Opened::Each { body, .. } = &mut frame.opened
            && body.is_none()
        {
            *body = Some(std::mem::take(&mut frame.block));
        }
    }

    /// `a=b c=d`, `b as a`, `count n=rows|length and x=y`: the variables of `with` and of a translated block.
    fn bindings<'r>(&mut self, reader: &mut Reader<'r>, span: Span, value: impl Fn(&mut Reader<'r>) -> Option<Node>) {
        loop {
            while [b"with".as_slice(), b"and", b"count", b"trimmed", b","].iter().any(|word| reader.takes(word)) {}
            if let Some(name) = reader.keyword() {
                let Some(node) = value(reader) else { return };
                self.assign(name, &node, span);
            } else if let Some(node) = reader.filtered() {
                if reader.takes(b"as")
                    && let Some(name) = reader.word()
                {
                    self.assign(name, &node, span);
                }
            } else if reader.take().is_none() {
                return;
            }
        }
    }

    fn assign(&mut self, name: Span, value: &Node, span: Span) {
        let value = self.expr(value);
        let sources = self.sources(value);
        let target = self.bind_to(name, &sources);
        self.emit(StmtKind::Assign { target, ty: None, op: None, value }, span);
    }

    /// `set a = b`, `set a, b = c`, `set ns.a = b`; a block without `=` is text.
    fn set(&mut self, reader: &mut Reader<'_>, span: Span, has_end: bool) {
        let mut names = Vec::new();
        while let Some(name) = reader.word() {
            names.push(name);
            let is_attribute = reader.takes(b".");
            if is_attribute {
                // An attribute of a `namespace`: the whole of it is not known any more.
                names.clear();
                reader.word();
            }
            if !reader.takes(b",") {
                break;
            }
        }
        if !reader.takes(b"=") {
            for name in names {
                self.bind(name);
            }
            if has_end {
                self.open(Opened::Plain, span, b"set", true);
            }
            return;
        }
        let Some(node) = reader.expressions() else { return };
        let value = self.expr(&node);
        let sources = self.sources(value);
        let places: Vec<ExprId> = names.iter().map(|&name| self.bind_to(name, &sources)).collect();
        let target = match (places.as_slice(), names.first().zip(names.last())) {
            ([only], _) => *only,
            ([], _) | (_, None) => return self.emit(StmtKind::Expr(value), span),
            (_, Some((first, last))) => {
                let kind = ExprKind::Seq { kind: SeqKind::Tuple, items: places, ty: None };
                self.b.expr(kind, first.to(*last))
            }
        };
        self.emit(StmtKind::Assign { target, ty: None, op: None, value }, span);
    }

    /// `macro row(order, class="x")`
    fn macro_tag(&mut self, reader: &mut Reader<'_>, span: Span) {
        let Some(name) = reader.word() else { return self.open(Opened::Plain, span, b"macro", true) };
        let sym = self.sym_of(name);
        let function = self.b.function(Function::new(sym, Some(MODULE_FN), span));
        let var = self.b.var(sym, MODULE_FN, VarKind::Function(function), name);
        self.b.wrote(var, name);
        // A macro can be called from the whole template, as Jinja does from where it stands on.
        if let Some(outermost) = self.scopes.first_mut() {
            outermost.push((sym, var));
        }
        self.macros.push(function);
        self.scopes.push(Vec::new());
        let outer = std::mem::replace(&mut self.function, function);
        let mut params = Vec::new();
        if reader.takes(b"(") {
            loop {
                let kind = if reader.takes(b"**") {
                    ParamKind::KeywordVariadic
                } else if reader.takes(b"*") {
                    ParamKind::Variadic
                } else {
                    ParamKind::Positional
                };
                let Some(param) = reader.word() else { break };
                let sym = self.sym_of(param);
                let var = self.b.var(sym, function, VarKind::Param, param);
                let default = if reader.takes(b"=") { reader.expression() } else { None };
                let default = default.map(|node| self.expr(&node));
                if let Some(scope) = self.scopes.last_mut() {
                    scope.push((sym, var));
                }
                params.push(crate::ir::Param { default, ..parameter(var, kind) });
                if !reader.takes(b",") {
                    break;
                }
            }
        }
        let declared = &mut self.b.module.functions[function.index()];
        declared.params = params;
        declared.head = span;
        self.frames.push(Frame { has_scope: true, ..Frame::of(Opened::Macro { function, outer }, span, b"macro") });
    }

    /// `include "row.html"`, `include "row.html" with item=order only`, `include name ignore missing without context`.
    fn include(&mut self, reader: &mut Reader<'_>, word: Span, span: Span) {
        let Some(node) = reader.filtered() else { return };
        let template = self.expr(&node);
        let mut args = vec![plain(template)];
        let mut is_alone = false;
        while let Some((_, ahead)) = reader.peek() {
            if let Some(name) = reader.keyword() {
                let Some(value) = reader.filtered() else { break };
                let name = self.sym_of(name);
                args.push(Arg { name: Some(name), spread: Spread::None, value: self.expr(&value) });
                continue;
            }
            is_alone |= matches!(self.text(ahead), b"only" | b"without");
            reader.take();
        }
        if !is_alone {
            args.push(Arg { name: None, spread: Spread::Map, value: self.surroundings(span) });
        }
        let callee = self.builtin("{% include %}", word);
        let call = self.b.call(callee, args, span);
        self.emit(StmtKind::Expr(call), span);
    }

    /// The other template is rendered with everything that this one was given.
    fn extends(&mut self, reader: &mut Reader<'_>, word: Span, span: Span) {
        let Some(node) = reader.expression() else { return };
        let template = self.expr(&node);
        let around = self.surroundings(span);
        let args = vec![plain(template), Arg { name: None, spread: Spread::Map, value: around }];
        let callee = self.builtin("{% extends %}", word);
        let call = self.b.call(callee, args, span);
        self.emit(StmtKind::Expr(call), span);
    }

    /// `import "macros.html" as macros`
    fn import(&mut self, reader: &mut Reader<'_>, word: Span, span: Span) {
        let Some(node) = reader.expression() else { return };
        let module = self.imported(&node, word, span);
        match (reader.takes(b"as"), reader.word()) {
            (true, Some(name)) => {
                let target = self.bind(name);
                self.emit(StmtKind::Assign { target, ty: None, op: None, value: module }, span);
            }
            _ => self.emit(StmtKind::Expr(module), span),
        }
    }

    /// `from "macros.html" import row, cell as c with context`
    fn imported_names(&mut self, reader: &mut Reader<'_>, word: Span, span: Span) {
        let Some(node) = reader.expression() else { return };
        if !reader.takes(b"import") {
            return;
        }
        while let Some(name) = reader.word() {
            if matches!(self.text(name), b"with" | b"without") {
                return;
            }
            let base = self.imported(&node, word, span);
            let sym = self.sym_of(name);
            let member = ExprKind::Member { base, name: sym, name_span: name, optional: false };
            let value = self.b.expr(member, span);
            let local = if reader.takes(b"as") { reader.word().unwrap_or(name) } else { name };
            let target = self.bind(local);
            self.emit(StmtKind::Assign { target, ty: None, op: None, value }, span);
            if !reader.takes(b",") {
                return;
            }
        }
    }

    fn imported(&mut self, node: &Node, word: Span, span: Span) -> ExprId {
        let template = self.expr(node);
        let callee = self.builtin("{% import %}", word);
        self.b.call(callee, vec![plain(template)], span)
    }

    /// `regroup orders by customer as groups`: the attribute is read of each.
    fn regroup(&mut self, reader: &mut Reader<'_>, span: Span) {
        let Some(node) = reader.filtered() else { return };
        if !reader.takes(b"by") {
            return;
        }
        let iter = self.expr(&node);
        self.scopes.push(Vec::new());
        let each = self.b.sym("each");
        let var = self.b.var(each, self.function, VarKind::Local, node.span);
        self.b.wrote(var, node.span);
        let target = self.b.expr(ExprKind::Var(var), node.span);
        let mut read = None;
        if let Some(by) = reader.filtered() {
            read = Some(self.of_each(var, &by));
        }
        self.scopes.pop();
        let grouper = match read {
            Some(read) => read,
            None => self.b.expr(ExprKind::Opaque(Vec::new()), span),
        };
        let group = self.group_of(&node, grouper, span);
        let yielded = self.b.expr(ExprKind::Yield(Some(group)), span);
        let body: Block = vec![self.b.stmt(StmtKind::Expr(yielded), span)];
        let value = self.comprehension(target, iter, body, span);
        match (reader.takes(b"as"), reader.word()) {
            (true, Some(name)) => {
                let target = self.bind(name);
                self.emit(StmtKind::Assign { target, ty: None, op: None, value }, span);
            }
            _ => self.emit(StmtKind::Expr(value), span),
        }
    }

    /// `customer.name|lower` as read of an element.
    fn of_each(&mut self, var: crate::ir::VarId, by: &Node) -> ExprId {
        let (base, name) = match &by.kind {
            Kind::Name => (self.b.expr(ExprKind::Var(var), by.span), by.span),
            Kind::Member(base, name) => (self.of_each(var, base), *name),
            Kind::Filter(subject, ..) => return self.of_each(var, subject),
            _ => return self.b.expr(ExprKind::Opaque(Vec::new()), by.span),
        };
        let name_span = name;
        let name = self.sym_of(name);
        self.b.expr(ExprKind::Member { base, name, name_span, optional: false }, by.span)
    }

    /// Any other tag, over its arguments: `{% url "order" order.customer.pk as link %}`.
    fn call_of_tag(&mut self, reader: &mut Reader<'_>, word: Span, span: Span) -> ExprId {
        let name = String::from_utf8_lossy(self.text(word));
        let callee = self.builtin(&format!("{{% {name} %}}"), word);
        let mut args = Vec::new();
        let mut result = None;
        while !reader.is_at_end() {
            if reader.next_is(b"as") {
                reader.take();
                result = reader.word();
                continue;
            }
            let keyword = reader.keyword();
            match reader.filtered() {
                Some(node) => {
                    let name = keyword.map(|name| self.sym_of(name));
                    args.push(Arg { name, spread: Spread::None, value: self.expr(&node) });
                }
                None => {
                    reader.take();
                }
            }
        }
        let call = self.b.call(callee, args, span);
        match result {
            Some(name) => {
                let sources = self.sources(call);
                let target = self.bind_to(name, &sources);
                self.b.expr(ExprKind::Let { target, value: call }, span)
            }
            None => call,
        }
    }
}

fn branches(test: ExprId, start: Span) -> Opened {
    Opened::Branches { done: Vec::new(), test: Some(test), start }
}

fn plain(value: ExprId) -> Arg {
    Arg { name: None, spread: Spread::None, value }
}
