//! Kinds of the Go grammar as an enum, resolved from the grammar's ids once per process.
//!
//! Knows the names of tree-sitter-go. Does not know what any node means.
//! Invariant: a kind of the grammar that is not listed is `Unknown` when named and `Sign` when not.

use std::sync::OnceLock;
use tree_sitter::Language;

macro_rules! kinds {
    (nodes { $($node:ident = $node_name:literal,)* } signs { $($sign:ident = $sign_name:literal,)* }) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Kind {
            $($node,)*
            $($sign,)*
            /// A node that the parser could not fit in.
            Error,
            /// A named node that is not listed above.
            Unknown,
            /// A keyword, operator or bracket that is not listed above.
            Sign,
            /// No node: the children are used up.
            End,
        }

        /// (kind, its name in the grammar, whether it is a named node)
        const LISTED: &[(Kind, &str, bool)] = &[
            $((Kind::$node, $node_name, true),)*
            $((Kind::$sign, $sign_name, false),)*
        ];
    };
}

kinds! {
    nodes {
        ArgumentList = "argument_list",
        ArrayType = "array_type",
        AssignmentStatement = "assignment_statement",
        BinaryExpression = "binary_expression",
        BlankIdentifier = "blank_identifier",
        Block = "block",
        BreakStatement = "break_statement",
        CallExpression = "call_expression",
        ChannelType = "channel_type",
        Comment = "comment",
        CommunicationCase = "communication_case",
        CompositeLiteral = "composite_literal",
        ConstDeclaration = "const_declaration",
        ConstSpec = "const_spec",
        ContinueStatement = "continue_statement",
        DecStatement = "dec_statement",
        DefaultCase = "default_case",
        DeferStatement = "defer_statement",
        Dot = "dot",
        EmptyStatement = "empty_statement",
        ExpressionCase = "expression_case",
        ExpressionList = "expression_list",
        ExpressionStatement = "expression_statement",
        ExpressionSwitchStatement = "expression_switch_statement",
        FallthroughStatement = "fallthrough_statement",
        False = "false",
        FieldDeclaration = "field_declaration",
        FieldDeclarationList = "field_declaration_list",
        FieldIdentifier = "field_identifier",
        FloatLiteral = "float_literal",
        ForClause = "for_clause",
        ForStatement = "for_statement",
        FuncLiteral = "func_literal",
        FunctionDeclaration = "function_declaration",
        FunctionType = "function_type",
        GenericType = "generic_type",
        GoStatement = "go_statement",
        GotoStatement = "goto_statement",
        Identifier = "identifier",
        IfStatement = "if_statement",
        ImaginaryLiteral = "imaginary_literal",
        ImplicitLengthArrayType = "implicit_length_array_type",
        ImportDeclaration = "import_declaration",
        ImportSpec = "import_spec",
        ImportSpecList = "import_spec_list",
        IncStatement = "inc_statement",
        IndexExpression = "index_expression",
        IntLiteral = "int_literal",
        InterfaceType = "interface_type",
        InterpretedString = "interpreted_string_literal",
        Iota = "iota",
        KeyedElement = "keyed_element",
        LabelName = "label_name",
        LabeledStatement = "labeled_statement",
        LiteralElement = "literal_element",
        LiteralValue = "literal_value",
        MapType = "map_type",
        MethodDeclaration = "method_declaration",
        MethodElem = "method_elem",
        NegatedType = "negated_type",
        Nil = "nil",
        PackageClause = "package_clause",
        PackageIdentifier = "package_identifier",
        ParameterDeclaration = "parameter_declaration",
        ParameterList = "parameter_list",
        ParenthesizedExpression = "parenthesized_expression",
        ParenthesizedType = "parenthesized_type",
        PointerType = "pointer_type",
        QualifiedType = "qualified_type",
        RangeClause = "range_clause",
        RawString = "raw_string_literal",
        ReceiveStatement = "receive_statement",
        ReturnStatement = "return_statement",
        RuneLiteral = "rune_literal",
        SelectStatement = "select_statement",
        SelectorExpression = "selector_expression",
        SendStatement = "send_statement",
        ShortVarDeclaration = "short_var_declaration",
        SliceExpression = "slice_expression",
        SliceType = "slice_type",
        StatementList = "statement_list",
        StructType = "struct_type",
        True = "true",
        TypeAlias = "type_alias",
        TypeArguments = "type_arguments",
        TypeAssertion = "type_assertion_expression",
        TypeCase = "type_case",
        TypeConstraint = "type_constraint",
        TypeConversion = "type_conversion_expression",
        TypeDeclaration = "type_declaration",
        TypeElem = "type_elem",
        TypeIdentifier = "type_identifier",
        TypeInstantiation = "type_instantiation_expression",
        TypeParameterDeclaration = "type_parameter_declaration",
        TypeParameterList = "type_parameter_list",
        TypeSpec = "type_spec",
        TypeSwitchStatement = "type_switch_statement",
        UnaryExpression = "unary_expression",
        VarDeclaration = "var_declaration",
        VarSpec = "var_spec",
        VarSpecList = "var_spec_list",
        VariadicArgument = "variadic_argument",
        VariadicParameter = "variadic_parameter_declaration",
    }
    signs {
        Add = "+",
        AddAssign = "+=",
        And = "&&",
        Assign = "=",
        BitAnd = "&",
        BitAndAssign = "&=",
        BitClear = "&^",
        BitClearAssign = "&^=",
        BitOr = "|",
        BitOrAssign = "|=",
        Caret = "^",
        CaretAssign = "^=",
        CloseBrace = "}",
        CloseBracket = "]",
        CloseParenthesis = ")",
        Colon = ":",
        Define = ":=",
        Divide = "/",
        DivideAssign = "/=",
        Equal = "==",
        Greater = ">",
        GreaterEqual = ">=",
        Less = "<",
        LessEqual = "<=",
        Modulo = "%",
        ModuloAssign = "%=",
        Not = "!",
        NotEqual = "!=",
        Or = "||",
        Receive = "<-",
        Semicolon = ";",
        ShiftLeft = "<<",
        ShiftLeftAssign = "<<=",
        ShiftRight = ">>",
        ShiftRightAssign = ">>=",
        Star = "*",
        StarAssign = "*=",
        Subtract = "-",
        SubtractAssign = "-=",
    }
}

impl Kind {
    pub(super) fn is_type(self) -> bool {
        matches!(
            self,
            Kind::TypeIdentifier
                | Kind::GenericType
                | Kind::QualifiedType
                | Kind::PointerType
                | Kind::StructType
                | Kind::InterfaceType
                | Kind::ArrayType
                | Kind::ImplicitLengthArrayType
                | Kind::SliceType
                | Kind::MapType
                | Kind::ChannelType
                | Kind::FunctionType
                | Kind::NegatedType
                | Kind::ParenthesizedType
                | Kind::TypeElem
                | Kind::TypeConstraint
        )
    }

    /// What may stand in the header of `if`, `for` and `switch`.
    pub(super) fn is_simple_statement(self) -> bool {
        matches!(
            self,
            Kind::ExpressionStatement
                | Kind::SendStatement
                | Kind::IncStatement
                | Kind::DecStatement
                | Kind::AssignmentStatement
                | Kind::ShortVarDeclaration
        )
    }

    /// Statements, and the declarations that the grammar lets stand among them.
    pub(super) fn is_statement(self) -> bool {
        self.is_simple_statement()
            || matches!(
                self,
                Kind::ConstDeclaration
                    | Kind::TypeDeclaration
                    | Kind::VarDeclaration
                    | Kind::ReturnStatement
                    | Kind::GoStatement
                    | Kind::DeferStatement
                    | Kind::IfStatement
                    | Kind::ForStatement
                    | Kind::ExpressionSwitchStatement
                    | Kind::TypeSwitchStatement
                    | Kind::SelectStatement
                    | Kind::LabeledStatement
                    | Kind::FallthroughStatement
                    | Kind::BreakStatement
                    | Kind::ContinueStatement
                    | Kind::GotoStatement
                    | Kind::Block
                    | Kind::StatementList
                    | Kind::EmptyStatement
                    | Kind::ConstSpec
                    | Kind::TypeSpec
                    | Kind::TypeAlias
                    | Kind::VarSpec
                    | Kind::VarSpecList
                    | Kind::FunctionDeclaration
                    | Kind::MethodDeclaration
                    | Kind::ImportDeclaration
                    | Kind::PackageClause
            )
    }

    pub(super) fn is_closing(self) -> bool {
        matches!(self, Kind::CloseParenthesis | Kind::CloseBrace | Kind::CloseBracket)
    }

    /// Keywords, operators and brackets: nothing to lower.
    pub(super) fn is_sign(self) -> bool {
        self as u8 >= Kind::Add as u8 && self != Kind::Error && self != Kind::Unknown
    }
}

/// Kind of each id of the grammar; an id beyond the table is an ERROR node's.
pub(super) fn table() -> &'static [Kind] {
    static TABLE: OnceLock<Box<[Kind]>> = OnceLock::new();
    TABLE.get_or_init(|| resolve(&tree_sitter_go::LANGUAGE.into()))
}

/// Several ids may carry one name (aliases, keywords used as identifiers): all of them get its kind.
fn resolve(language: &Language) -> Box<[Kind]> {
    (0..language.node_kind_count() as u16)
        .map(|id| {
            let is_named = language.node_kind_is_named(id);
            let name = language.node_kind_for_id(id).unwrap_or_default();
            match LISTED.iter().find(|(_, listed, named)| *listed == name && *named == is_named) {
                Some(&(kind, ..)) => kind,
                None if is_named => Kind::Unknown,
                None => Kind::Sign,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_names_exist_in_the_grammar() {
        let language: Language = tree_sitter_go::LANGUAGE.into();
        for &(kind, name, is_named) in LISTED {
            let id = language.id_for_node_kind(name, is_named);
            assert_ne!(id, 0, "{name:?} is not in the grammar");
            assert_eq!(table()[id as usize], kind, "{name:?}");
        }
    }

    #[test]
    fn signs_are_told_from_nodes() {
        for &(kind, name, is_named) in LISTED {
            assert_eq!(kind.is_sign(), !is_named, "{name}");
        }
        assert!(Kind::Sign.is_sign() && Kind::End.is_sign());
        assert!(!Kind::Error.is_sign() && !Kind::Unknown.is_sign());
    }
}
