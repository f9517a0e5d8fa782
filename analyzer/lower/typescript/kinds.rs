//! Node kinds and fields of the three grammars as enums, so that a walk matches on integers.
//!
//! Knows the names in tree-sitter-javascript and tree-sitter-typescript (its `typescript` and `tsx` grammars).
//! Invariant: names are looked up once per grammar and process; a name that a grammar lacks never comes out of its table.

use crate::source::Language;
use crate::syntax;
use std::sync::OnceLock;

/// Grammars that know a name, as bits.
const JAVASCRIPT: u8 = 1;
const TYPESCRIPT: u8 = 2;
const TSX: u8 = 4;
const ALL: u8 = JAVASCRIPT | TYPESCRIPT | TSX;
const TYPED: u8 = TYPESCRIPT | TSX;
const JSX: u8 = JAVASCRIPT | TSX;

macro_rules! kinds {
    ($($is_named:ident $grammars:ident { $($variant:ident $name:literal),* $(,)? })*) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub(super) enum Kind {
            /// A token that no lowering asks about.
            Token,
            /// A named node that no lowering asks about.
            Other,
            Error,
            $($($variant,)*)*
        }

        /// Kind, name, whether it is a named node, grammars that have it.
        const KINDS: &[(Kind, &str, bool, u8)] = &[$($((Kind::$variant, $name, $is_named, $grammars),)*)*];
    };
}

#[expect(non_upper_case_globals, reason = "they head the groups below")]
const named: bool = true;
#[expect(non_upper_case_globals, reason = "they head the groups below")]
const token: bool = false;

kinds! {
    named ALL {
        Arguments "arguments", Array "array", ArrayPattern "array_pattern", ArrowFunction "arrow_function",
        AssignmentExpression "assignment_expression", AssignmentPattern "assignment_pattern",
        AugmentedAssignmentExpression "augmented_assignment_expression", AwaitExpression "await_expression",
        BinaryExpression "binary_expression", BreakStatement "break_statement", CallExpression "call_expression",
        CatchClause "catch_clause", Class "class", ClassBody "class_body", ClassDeclaration "class_declaration",
        ClassHeritage "class_heritage", ClassStaticBlock "class_static_block", Comment "comment",
        ComputedPropertyName "computed_property_name", ContinueStatement "continue_statement",
        DebuggerStatement "debugger_statement", Decorator "decorator", DoStatement "do_statement",
        ElseClause "else_clause", EmptyStatement "empty_statement", ExportClause "export_clause",
        ExportSpecifier "export_specifier", ExportStatement "export_statement",
        ExpressionStatement "expression_statement", False "false", FinallyClause "finally_clause",
        ForInStatement "for_in_statement", ForStatement "for_statement", FormalParameters "formal_parameters",
        FunctionDeclaration "function_declaration", FunctionExpression "function_expression",
        GeneratorFunction "generator_function", GeneratorFunctionDeclaration "generator_function_declaration",
        HashBangLine "hash_bang_line", HtmlComment "html_comment", Identifier "identifier",
        IfStatement "if_statement", Import "import", ImportAttribute "import_attribute",
        ImportClause "import_clause", ImportSpecifier "import_specifier", ImportStatement "import_statement",
        LabeledStatement "labeled_statement", LexicalDeclaration "lexical_declaration",
        MemberExpression "member_expression", MetaProperty "meta_property", MethodDefinition "method_definition",
        NamedImports "named_imports", NamespaceExport "namespace_export", NamespaceImport "namespace_import",
        NewExpression "new_expression", Null "null", Number "number", Object "object",
        ObjectAssignmentPattern "object_assignment_pattern", ObjectPattern "object_pattern",
        OptionalChain "optional_chain", Pair "pair", PairPattern "pair_pattern",
        ParenthesizedExpression "parenthesized_expression",
        PrivatePropertyIdentifier "private_property_identifier", PropertyIdentifier "property_identifier",
        Regex "regex", RestPattern "rest_pattern", ReturnStatement "return_statement",
        SequenceExpression "sequence_expression", ShorthandPropertyIdentifier "shorthand_property_identifier",
        ShorthandPropertyIdentifierPattern "shorthand_property_identifier_pattern",
        SpreadElement "spread_element", StatementBlock "statement_block", String "string",
        SubscriptExpression "subscript_expression", Super "super", SwitchBody "switch_body",
        SwitchCase "switch_case", SwitchDefault "switch_default", SwitchStatement "switch_statement",
        TemplateString "template_string", TemplateSubstitution "template_substitution",
        TernaryExpression "ternary_expression", This "this", ThrowStatement "throw_statement", True "true",
        TryStatement "try_statement", UnaryExpression "unary_expression", Undefined "undefined",
        UpdateExpression "update_expression", VariableDeclaration "variable_declaration",
        VariableDeclarator "variable_declarator", WhileStatement "while_statement",
        WithStatement "with_statement", YieldExpression "yield_expression",
    }
    named TYPED {
        AbstractClassDeclaration "abstract_class_declaration",
        AbstractMethodSignature "abstract_method_signature", AccessibilityModifier "accessibility_modifier",
        AmbientDeclaration "ambient_declaration", ArrayType "array_type", AsExpression "as_expression",
        CallSignature "call_signature", ConstructSignature "construct_signature",
        ConstructorType "constructor_type", EnumAssignment "enum_assignment", EnumBody "enum_body",
        EnumDeclaration "enum_declaration", ExtendsClause "extends_clause",
        ExtendsTypeClause "extends_type_clause", FlowMaybeType "flow_maybe_type",
        FunctionSignature "function_signature", FunctionType "function_type", GenericType "generic_type",
        ImplementsClause "implements_clause", ImportAlias "import_alias",
        ImportRequireClause "import_require_clause", IndexSignature "index_signature",
        InstantiationExpression "instantiation_expression", InterfaceBody "interface_body",
        InterfaceDeclaration "interface_declaration", InternalModule "internal_module",
        IntersectionType "intersection_type", LiteralType "literal_type", MappedTypeClause "mapped_type_clause",
        MethodSignature "method_signature", Module "module", NestedIdentifier "nested_identifier",
        NestedTypeIdentifier "nested_type_identifier", NonNullExpression "non_null_expression",
        ObjectType "object_type", OptionalParameter "optional_parameter", OptionalType "optional_type",
        OverrideModifier "override_modifier", ParenthesizedType "parenthesized_type",
        PredefinedType "predefined_type", PropertySignature "property_signature",
        PublicFieldDefinition "public_field_definition", ReadonlyType "readonly_type",
        RequiredParameter "required_parameter", RestType "rest_type",
        SatisfiesExpression "satisfies_expression", ThisType "this_type", TupleType "tuple_type",
        TypeAliasDeclaration "type_alias_declaration", TypeAnnotation "type_annotation",
        TypeArguments "type_arguments", TypeIdentifier "type_identifier", TypeParameter "type_parameter",
        TypeParameters "type_parameters", TypePredicate "type_predicate",
        TypePredicateAnnotation "type_predicate_annotation", TypeQuery "type_query", UnionType "union_type",
    }
    named JSX {
        JsxAttribute "jsx_attribute", JsxElement "jsx_element",
        JsxExpression "jsx_expression", JsxOpeningElement "jsx_opening_element",
        JsxSelfClosingElement "jsx_self_closing_element",
    }
    named JAVASCRIPT { FieldDefinition "field_definition", UsingDeclaration "using_declaration" }
    named TYPESCRIPT { TypeAssertion "type_assertion" }
    token ALL {
        Arrow "=>", Async "async", Await "await", Colon ":", Comma ",", Const "const", Default "default",
        Delete "delete", Equals "=", Get "get", In "in", InstanceOf "instanceof", Let "let", Of "of", Set "set",
        Star "*", Static "static", TypeOf "typeof", Using "using", Var "var", Void "void",
        Plus "+", Minus "-", Slash "/", Percent "%", StarStar "**", And "&", Or "|", Caret "^", Tilde "~",
        Bang "!", ShiftLeft "<<", ShiftRight ">>", ShiftRightZero ">>>", EqualEqual "==", Same "===",
        NotEqual "!=", NotSame "!==", Less "<", LessEqual "<=", Greater ">", GreaterEqual ">=", AndAnd "&&",
        OrOr "||", Nullish "??", PlusEquals "+=", MinusEquals "-=", StarEquals "*=", SlashEquals "/=",
        PercentEquals "%=", StarStarEquals "**=", AndEquals "&=", OrEquals "|=", CaretEquals "^=",
        ShiftLeftEquals "<<=", ShiftRightEquals ">>=", ShiftRightZeroEquals ">>>=", AndAndEquals "&&=",
        OrOrEquals "||=", NullishEquals "??=",
    }
    token TYPED { Abstract "abstract", Readonly "readonly" }
    token JAVASCRIPT { StaticGet "static get" }
}

impl Kind {
    /// Whether it is a named node: the tokens stand at the end of `KINDS`.
    pub(super) fn is_named(self) -> bool {
        self != Kind::Token && (self as u8) < Kind::Arrow as u8
    }
}

macro_rules! fields {
    ($($variant:ident $name:literal $grammars:ident),* $(,)?) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Field {
            /// No field, or one that no lowering asks about.
            None,
            $($variant,)*
        }

        const FIELDS: &[(Field, &str, u8)] = &[$((Field::$variant, $name, $grammars),)*];
    };
}

fields! {
    Alias "alias" ALL,
    Body "body" ALL,
    Condition "condition" ALL,
    Declaration "declaration" ALL,
    Increment "increment" ALL,
    IndexType "index_type" TYPED,
    Initializer "initializer" ALL,
    Left "left" ALL,
    Name "name" ALL,
    Right "right" ALL,
    Source "source" ALL,
    Type "type" TYPED,
    Value "value" ALL,
}

/// The kinds and fields of one grammar by id.
pub(super) struct Grammar {
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

/// The table of a language of the family; built at its first use.
pub(super) fn grammar(language: Language) -> &'static Grammar {
    static JAVASCRIPT_TABLE: OnceLock<Grammar> = OnceLock::new();
    static TYPESCRIPT_TABLE: OnceLock<Grammar> = OnceLock::new();
    static TSX_TABLE: OnceLock<Grammar> = OnceLock::new();
    let (table, language) = match language {
        Language::JavaScript => (&JAVASCRIPT_TABLE, Language::JavaScript),
        Language::TypeScript => (&TYPESCRIPT_TABLE, Language::TypeScript),
        Language::Tsx | Language::Python | Language::Go => (&TSX_TABLE, Language::Tsx),
    };
    table.get_or_init(|| Grammar::new(&syntax::grammar(language)))
}

impl Grammar {
    fn new(language: &tree_sitter::Language) -> Grammar {
        let kinds = (0..language.node_kind_count() as u16)
            .map(|id| {
                let (name, is_named) = (language.node_kind_for_id(id), language.node_kind_is_named(id));
                let known = KINDS.iter().find(|kind| Some(kind.1) == name && kind.2 == is_named);
                known.map_or(if is_named { Kind::Other } else { Kind::Token }, |kind| kind.0)
            })
            .collect();
        let fields = (0..=language.field_count() as u16)
            .map(|id| {
                let name = language.field_name_for_id(id);
                FIELDS.iter().find(|field| Some(field.1) == name).map_or(Field::None, |field| field.0)
            })
            .collect();
        Grammar { kinds, fields }
    }

    /// tree-sitter gives ERROR nodes an id beyond every kind.
    pub(super) fn kind(&self, id: u16) -> Kind {
        self.kinds.get(usize::from(id)).copied().unwrap_or(Kind::Error)
    }

    pub(super) fn field(&self, id: u16) -> Field {
        self.fields.get(usize::from(id)).copied().unwrap_or(Field::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAMMARS: [(Language, u8); 3] =
        [(Language::JavaScript, JAVASCRIPT), (Language::TypeScript, TYPESCRIPT), (Language::Tsx, TSX)];

    #[test]
    fn each_name_is_in_the_grammars_that_should_have_it() {
        for (language, bit) in GRAMMARS {
            let grammar = syntax::grammar(language);
            for &(kind, name, is_named, grammars) in KINDS {
                let exists = grammar.id_for_node_kind(name, is_named) != 0;
                assert_eq!(exists, grammars & bit != 0, "{kind:?} {name:?} in {language:?}");
            }
            for &(field, name, grammars) in FIELDS {
                let exists = grammar.field_id_for_name(name).is_some();
                assert_eq!(exists, grammars & bit != 0, "{field:?} {name:?} in {language:?}");
            }
        }
    }

    #[test]
    fn tokens_come_last() {
        for &(kind, name, is_named, _) in KINDS {
            assert_eq!(kind.is_named(), is_named, "{name:?}");
        }
    }

    #[test]
    fn ids_lead_back_to_their_kinds() {
        for (language, bit) in GRAMMARS {
            let (table, names) = (grammar(language), syntax::grammar(language));
            for &(kind, name, is_named, grammars) in KINDS {
                if grammars & bit != 0 {
                    assert_eq!(table.kind(names.id_for_node_kind(name, is_named)), kind, "{name:?} in {language:?}");
                }
            }
        }
    }
}
