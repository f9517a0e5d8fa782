//! Routes that a file's place and its exports declare: `app/orders/route.ts` with `export const GET = withAuth(async …)`.
//!
//! Knows the globs of models and what a file exports. Does not know the frameworks.
//! Known false alarm: a wrapper that never calls the function it is given.

use crate::flow::Interp;
use crate::flow::facts::RouteFact;
use crate::flow::frameworks::routes::names_auth;
use crate::ir::{ExprId, ExprKind, FnId, VarId, VarKind};
use crate::models::lookup::RouteId;
use crate::models::schema::RouteMethod;
use crate::project::symbols::Symbol;

/// Wrappers around wrappers (`withAuth(withLimit(handler))`) that are looked through.
const MAX_WRAPPERS: u32 = 4;

impl Interp<'_, '_> {
    /// Exported functions of files whose place says that they are handlers.
    pub(in crate::flow) fn note_file_routes(&mut self) {
        let unit = self.unit;
        for id in self.models.routes_of_file(&unit.path) {
            let Some(names) = &self.models.route(id).name else { continue };
            for export in &unit.module.exports {
                let Some(name) = export.name.map(|name| unit.module.text(name)) else { continue };
                if !names.iter().any(|known| known == name) {
                    continue;
                }
                let mut found = Vec::new();
                if let Some(var) = export.var {
                    self.handlers_of_var(var, 0, &mut found);
                }
                if let Some(value) = export.value {
                    self.handlers_of_expr(value, 0, &mut found);
                }
                let exported = export.value.or_else(|| unit.initializer_of(export.var?));
                let wrapper = exported.filter(|&expr| matches!(unit.module.expr(expr).kind, ExprKind::Call { .. }));
                for handler in found {
                    let fact = self.file_route(id, name, handler, wrapper);
                    self.facts.functions[handler.index()].route.get_or_insert(fact);
                }
            }
        }
    }

    fn handlers_of_var(&self, var: VarId, depth: u32, found: &mut Vec<FnId>) {
        match self.unit.module.var(var).kind {
            VarKind::Function(id) => found.push(id),
            VarKind::Local | VarKind::Param => {
                if let Some(value) = self.unit.initializer_of(var) {
                    self.handlers_of_expr(value, depth, found);
                }
            }
            VarKind::Import(_) | VarKind::Class(_) | VarKind::Caught => {}
        }
    }

    /// The functions in an exported expression: itself, or those that a wrapper is given.
    fn handlers_of_expr(&self, expr: ExprId, depth: u32, found: &mut Vec<FnId>) {
        if depth > MAX_WRAPPERS {
            return;
        }
        match &self.unit.module.expr(expr).kind {
            ExprKind::Closure(id) => found.push(*id),
            ExprKind::Var(var) => self.handlers_of_var(*var, depth + 1, found),
            ExprKind::Cast { value, .. } => self.handlers_of_expr(*value, depth + 1, found),
            ExprKind::Call { callee, args, .. } => {
                // `handler(options).get(async () => …)`: the chain's own arguments count too.
                if let ExprKind::Member { base, .. } = self.unit.module.expr(*callee).kind {
                    self.handlers_of_expr(base, depth + 1, found);
                }
                for arg in args {
                    self.handlers_of_expr(arg.value, depth + 1, found);
                }
            }
            _ => {}
        }
    }

    /// `wrapper` is the exported call that the handler is given to.
    fn file_route(&self, id: RouteId, export: &str, handler: FnId, wrapper: Option<ExprId>) -> RouteFact {
        let unit = self.unit;
        let route = self.models.route(id);
        let method = match route.method {
            RouteMethod::Name => export.to_ascii_uppercase(),
            RouteMethod::Read => "READ".to_owned(),
            RouteMethod::Write => "WRITE".to_owned(),
            RouteMethod::Child => "CHILD".to_owned(),
            RouteMethod::At | RouteMethod::Url | RouteMethod::Any => "ANY".to_owned(),
        };
        let function = unit.module.function(handler);
        let declaration = wrapper.map_or(function.span, |wrapper| unit.module.expr(wrapper).span);
        RouteFact {
            route: Some(id),
            method,
            url: Some(url_of_path(&unit.path)),
            file: unit.file,
            span: function.head,
            authenticated: names_auth(route, &unit.snippet(declaration))
                || wrapper.is_some_and(|wrapper| self.wrapper_turns_away(wrapper)),
            returns: route.returns,
            response_model: None,
        }
    }

    /// The wrapper is a function of the project that answers `unauthorized` to some.
    fn wrapper_turns_away(&self, wrapper: ExprId) -> bool {
        let ExprKind::Call { callee, .. } = &self.unit.module.expr(wrapper).kind else { return false };
        let (file, span) = match self.project.symbol_of_expr(self.unit, *callee) {
            Some(Symbol::Function(function)) => {
                (function.file, self.project.unit(function.file).module.function(function.id).span)
            }
            Some(Symbol::Variable(file, var)) => {
                let declared = self.project.unit(file);
                let Some(value) = declared.initializer_of(var) else { return false };
                (file, declared.module.expr(value).span)
            }
            Some(Symbol::Module(_) | Symbol::Class(_) | Symbol::Value(..)) | None => return false,
        };
        self.project.unit(file).snippet(span).to_ascii_lowercase().contains("unauthorized")
    }
}

/// `/orders/[id]` of `src/app/(shop)/orders/[id]/route.ts`, `/api/orders` of `pages/api/orders/index.ts`.
fn url_of_path(path: &str) -> String {
    let segments: Vec<&str> = path.split('/').collect();
    let root = segments.iter().position(|&segment| matches!(segment, "app" | "pages" | "routes" | "server"));
    let below = segments.get(root.map_or(0, |at| at + 1)..).unwrap_or_default();
    let mut parts: Vec<&str> = Vec::new();
    for (at, &segment) in below.iter().enumerate() {
        let is_file = at + 1 == below.len();
        let name = if is_file { segment.split('.').next().unwrap_or(segment) } else { segment };
        let is_group = name.starts_with('(') && name.ends_with(')');
        let is_index = is_file && matches!(name, "route" | "index" | "+server" | "+page" | "_index");
        if !is_group && !is_index && !name.is_empty() {
            parts.push(name);
        }
        // Remix: `orders.$id.tsx`; the extension and `_index` are no parts of the URL.
        if is_file && segments.contains(&"routes") {
            let flat: Vec<&str> = segment.split('.').skip(1).collect();
            let flat = flat.split_last().map_or(&[][..], |(_, flat)| flat);
            parts.extend(flat.iter().filter(|part| !matches!(**part, "server" | "_index")));
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::url_of_path;

    #[test]
    fn a_url_is_the_path_below_the_root_of_routes() {
        assert_eq!(url_of_path("src/app/(shop)/orders/[id]/route.ts"), "/orders/[id]");
        assert_eq!(url_of_path("pages/api/orders/index.ts"), "/api/orders");
        assert_eq!(url_of_path("server/api/orders.get.ts"), "/api/orders");
        assert_eq!(url_of_path("src/routes/api/orders/+server.ts"), "/api/orders");
        assert_eq!(url_of_path("src/routes/orders/+page.server.ts"), "/orders");
        assert_eq!(url_of_path("app/routes/shop.orders.$id.tsx"), "/routes/shop/orders/$id");
    }
}
