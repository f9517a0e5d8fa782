//! The node kinds of tree-sitter-python as one dense enum.
//!
//! Knows the grammar's names. Does not know what a kind means.
//! Invariant: names are resolved to kind ids once per process; every name exists in the grammar.

use crate::source::Language;
use crate::syntax::flat::{Keep, Shape};
use std::sync::OnceLock;

macro_rules! kinds {
    (nodes { $($node:ident $node_name:literal $($leaf:ident)?,)* } tokens { $($token:ident $token_name:literal $(under $under:ident)?,)* }) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Kind {
            Error,
            /// A named node of no kind below.
            Other,
            $($node,)*
            $($token,)*
        }

        /// Kind, name, whether named, and what the walk keeps.
        const NAMES: &[(Kind, &str, bool, Keep<Kind>)] = &[
            $((Kind::$node, $node_name, true, kinds!(@keep $($leaf)?)),)*
            $((Kind::$token, $token_name, false, kinds!(@under $($under)?)),)*
        ];

        impl Kind {
            pub(super) fn is_token(self) -> bool {
                matches!(self, $(Kind::$token)|*)
            }
        }
    };
    (@keep) => { Keep::Whole };
    (@keep leaf) => { Keep::Leaf };
    (@keep comment) => { Keep::Comment };
    (@keep nothing) => { Keep::Nothing };
    (@under) => { Keep::Leaf };
    (@under $under:ident) => { Keep::LeafUnder(Kind::$under) };
}

kinds! {
    nodes {
        AliasedImport "aliased_import",
        ArgumentList "argument_list",
        AsPattern "as_pattern",
        AsPatternTarget "as_pattern_target",
        AssertStatement "assert_statement",
        Assignment "assignment",
        Attribute "attribute",
        AugmentedAssignment "augmented_assignment",
        Await "await",
        BinaryOperator "binary_operator",
        Block "block",
        BooleanOperator "boolean_operator",
        BreakStatement "break_statement" leaf,
        Call "call",
        CaseClause "case_clause",
        CasePattern "case_pattern",
        Chevron "chevron",
        ClassDefinition "class_definition",
        ClassPattern "class_pattern",
        Comment "comment" comment,
        ComparisonOperator "comparison_operator",
        ComplexPattern "complex_pattern",
        ConcatenatedString "concatenated_string",
        ConditionalExpression "conditional_expression",
        ConstrainedType "constrained_type",
        ContinueStatement "continue_statement" leaf,
        DecoratedDefinition "decorated_definition",
        Decorator "decorator",
        DefaultParameter "default_parameter",
        DeleteStatement "delete_statement",
        DictPattern "dict_pattern",
        Dictionary "dictionary",
        DictionaryComprehension "dictionary_comprehension",
        DictionarySplat "dictionary_splat",
        DictionarySplatPattern "dictionary_splat_pattern",
        DottedName "dotted_name",
        ElifClause "elif_clause",
        Ellipsis "ellipsis" leaf,
        ElseClause "else_clause",
        EscapeInterpolation "escape_interpolation" nothing,
        EscapeSequence "escape_sequence" nothing,
        ExceptClause "except_clause",
        ExecStatement "exec_statement",
        ExpressionList "expression_list",
        ExpressionStatement "expression_statement",
        False "false" leaf,
        FinallyClause "finally_clause",
        Float "float" leaf,
        ForInClause "for_in_clause",
        ForStatement "for_statement",
        FormatExpression "format_expression",
        FormatSpecifier "format_specifier",
        FunctionDefinition "function_definition",
        FutureImportStatement "future_import_statement",
        GeneratorExpression "generator_expression",
        GenericType "generic_type",
        GlobalStatement "global_statement",
        Identifier "identifier" leaf,
        IfClause "if_clause",
        IfStatement "if_statement",
        ImportFromStatement "import_from_statement",
        ImportPrefix "import_prefix" leaf,
        ImportStatement "import_statement",
        Integer "integer" leaf,
        Interpolation "interpolation",
        KeywordArgument "keyword_argument",
        KeywordPattern "keyword_pattern",
        KeywordSeparator "keyword_separator" leaf,
        Lambda "lambda",
        LambdaParameters "lambda_parameters",
        LineContinuation "line_continuation" nothing,
        List "list",
        ListComprehension "list_comprehension",
        ListPattern "list_pattern",
        ListSplat "list_splat",
        ListSplatPattern "list_splat_pattern",
        MatchStatement "match_statement",
        MemberType "member_type",
        Module "module",
        NamedExpression "named_expression",
        None "none" leaf,
        NonlocalStatement "nonlocal_statement",
        NotOperator "not_operator",
        Pair "pair",
        Parameters "parameters",
        ParenthesizedExpression "parenthesized_expression",
        ParenthesizedListSplat "parenthesized_list_splat",
        PassStatement "pass_statement" leaf,
        PatternList "pattern_list",
        PositionalSeparator "positional_separator" leaf,
        PrintStatement "print_statement",
        RaiseStatement "raise_statement",
        RelativeImport "relative_import",
        ReturnStatement "return_statement",
        Set "set",
        SetComprehension "set_comprehension",
        Slice "slice",
        SplatPattern "splat_pattern",
        SplatType "splat_type",
        String "string",
        StringContent "string_content" leaf,
        StringEnd "string_end" leaf,
        StringStart "string_start" leaf,
        Subscript "subscript",
        True "true" leaf,
        TryStatement "try_statement",
        Tuple "tuple",
        TuplePattern "tuple_pattern",
        Type "type",
        TypeAliasStatement "type_alias_statement",
        TypeConversion "type_conversion" leaf,
        TypeParameter "type_parameter",
        TypedDefaultParameter "typed_default_parameter",
        TypedParameter "typed_parameter",
        UnaryOperator "unary_operator",
        UnionPattern "union_pattern",
        UnionType "union_type",
        WhileStatement "while_statement",
        WildcardImport "wildcard_import" leaf,
        WithClause "with_clause",
        WithItem "with_item",
        WithStatement "with_statement",
        Yield "yield",
    }
    tokens {
        And "and",
        Or "or",
        Plus "+",
        Minus "-",
        Star "*",
        StarStar "**",
        Slash "/",
        SlashSlash "//",
        Percent "%",
        At "@" under BinaryOperator,
        Ampersand "&",
        Pipe "|" under BinaryOperator,
        Caret "^",
        ShiftLeft "<<",
        ShiftRight ">>" under BinaryOperator,
        Tilde "~",
        Less "<",
        LessEqual "<=",
        EqualEqual "==",
        NotEqual "!=",
        GreaterEqual ">=",
        Greater ">",
        Diamond "<>",
        In "in" under ComparisonOperator,
        NotIn "not in",
        Is "is",
        IsNot "is not",
        PlusAssign "+=",
        MinusAssign "-=",
        StarAssign "*=",
        SlashAssign "/=",
        AtAssign "@=",
        SlashSlashAssign "//=",
        PercentAssign "%=",
        StarStarAssign "**=",
        ShiftRightAssign ">>=",
        ShiftLeftAssign "<<=",
        AmpersandAssign "&=",
        CaretAssign "^=",
        PipeAssign "|=",
        Async "async",
        YieldFrom "from" under Yield,
        Equal "=" under Interpolation,
        Colon ":" under Slice,
        Underscore "_",
    }
}

/// By kind id, what the walk keeps of a node. Punctuation and keywords that are not listed are dropped.
pub(super) fn shapes() -> &'static [Shape<Kind>] {
    static SHAPES: OnceLock<Vec<Shape<Kind>>> = OnceLock::new();
    SHAPES.get_or_init(|| {
        let grammar = crate::syntax::grammar(Language::Python);
        let mut shapes: Vec<Shape<Kind>> = (0..grammar.node_kind_count())
            .map(|id| {
                let is_named = grammar.node_kind_is_named(id as u16);
                Shape { kind: Kind::Other, keep: if is_named { Keep::Whole } else { Keep::Nothing }, is_named }
            })
            .collect();
        for &(kind, name, is_named, keep) in NAMES {
            let id = crate::syntax::kind_id(&grammar, name, is_named);
            if let Some(shape) = shapes.get_mut(usize::from(id)) {
                *shape = Shape { kind, keep, is_named };
            }
        }
        shapes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_exists_in_the_grammar() {
        let grammar = crate::syntax::grammar(Language::Python);
        for &(kind, name, is_named, _) in NAMES {
            let id = grammar.id_for_node_kind(name, is_named);
            assert_ne!(id, 0, "{name} is no node kind of the grammar");
            assert_eq!(shapes()[usize::from(id)].kind, kind, "{name} shares its id with another name");
        }
    }

    #[test]
    fn every_visible_named_kind_is_listed() {
        let grammar = crate::syntax::grammar(Language::Python);
        for id in 0..grammar.node_kind_count() as u16 {
            let name = grammar.node_kind_for_id(id).unwrap_or_default();
            let is_public = grammar.id_for_node_kind(name, true) == id;
            if is_public && grammar.node_kind_is_visible(id) && grammar.node_kind_is_named(id) {
                assert!(NAMES.iter().any(|entry| entry.1 == name && entry.2), "{name} is not listed");
            }
        }
    }
}
