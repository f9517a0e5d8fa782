//! No input makes parsing or lowering fail: deep nesting, endless chains, huge lines, cut files, bytes that are no text.
//!
//! Every case is parsed, lowered, checked, walked and dumped on a thread with half of a worker's stack: how large frames are
//! depends on how the program is built.

use rearguard::source::Language;
use rearguard::{ir, lower, syntax};
use std::fs;
use std::path::Path;

const LANGUAGES: [Language; 5] =
    [Language::Python, Language::TypeScript, Language::Tsx, Language::JavaScript, Language::Go];

/// Lowers the text, and fails when the IR is not well formed.
fn survives(language: Language, what: &str, bytes: Vec<u8>) {
    let what = format!("{language:?}: {what}");
    let run = move || {
        let Ok(tree) = syntax::parse(language, &bytes) else {
            return;
        };
        let module = lower::lower(language, &tree, &bytes);
        let violations = ir::check::violations(&module, bytes.len());
        assert!(violations.is_empty(), "{what}: {}", violations[..violations.len().min(5)].join("\n"));
        for function in &module.functions {
            ir::visit::walk_block(&module, &function.body, &mut |_| true, &mut |_| true);
        }
        if bytes.len() < 200_000 {
            ir::dump::dump(&module);
        }
    };
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(run).expect("a thread can be started");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Lowers a template, and fails when the IR is not well formed.
fn template_survives(what: &str, bytes: Vec<u8>) {
    let what = format!("template: {what}");
    let run = move || {
        let module = lower::lower_template(&bytes);
        let violations = ir::check::violations(&module, bytes.len());
        assert!(violations.is_empty(), "{what}: {}", violations[..violations.len().min(5)].join("\n"));
        if bytes.len() < 200_000 {
            ir::dump::dump(&module);
        }
    };
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(run).expect("a thread can be started");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// `inner` inside a function, where the language has no statements at file level.
fn in_function(language: Language, inner: &str) -> Vec<u8> {
    match language {
        Language::Go => format!("package p\n\nfunc f() {{\n{inner}\n}}\n").into_bytes(),
        Language::Python | Language::TypeScript | Language::Tsx | Language::JavaScript => {
            format!("{inner}\n").into_bytes()
        }
    }
}

#[test]
fn deep_nesting_is_cut() {
    for language in LANGUAGES {
        for (open, close, depth) in [
            ("(", ")", 100_000),
            ("[", "]", 100_000),
            ("{", "}", 20_000),
            ("f(", ")", 20_000),
            ("-", "", 20_000),
            ("a[", "]", 20_000),
            ("{\"a\": ", "}", 20_000),
        ] {
            let opened = open.repeat(depth);
            survives(language, &format!("{depth} unclosed {open}"), in_function(language, &format!("x = {opened}")));
            let both = format!("x = {opened}1{}", close.repeat(depth));
            survives(language, &format!("{depth} nested {open}"), in_function(language, &both));
        }
    }
}

#[test]
fn deep_blocks_are_cut() {
    let mut python = String::new();
    for level in 0..900 {
        let indent = " ".repeat(level);
        let head = ["if a:", "for a in b:", "def f():", "class C:", "with a:", "try:", "while a:"][level % 7];
        python += &format!("{indent}{head}\n");
    }
    python += &format!("{}a\n", " ".repeat(900));
    survives(Language::Python, "nested blocks", python.into_bytes());
    let mut chains = String::new();
    for level in 0..120 {
        let indent = " ".repeat(level);
        chains += &format!("{indent}if a:\n{indent} b\n");
        chains += &format!("{indent}elif b:\n{indent} c\n").repeat(30);
        chains += &format!("{indent}else:\n");
    }
    chains += &format!("{}a\n", " ".repeat(120));
    survives(Language::Python, "nested chains of elif", chains.into_bytes());
    for language in [Language::TypeScript, Language::Tsx, Language::JavaScript, Language::Go] {
        for (open, close) in [("if (a) {", "}"), ("for (;;) {", "}"), ("{", "}"), ("func() {", "}()"), ("() => {", "}")]
        {
            let text = format!("{}{}", open.repeat(5_000), close.repeat(5_000));
            survives(language, &format!("nested {open}"), in_function(language, &text));
        }
    }
}

#[test]
fn endless_chains_do_not_recurse() {
    const LENGTH: usize = 20_000;
    for language in LANGUAGES {
        for (first, link) in [
            ("a", " + a"),
            ("a", " - a * b"),
            ("a", ".b"),
            ("a", "()"),
            ("a", ".b(c)"),
            ("a", "[0]"),
            ("a", " < a"),
            ("a", ", a"),
            ("\"a\"", " + \"a\""),
            ("a", " = a"),
        ] {
            let chain = format!("x = {first}{}", link.repeat(LENGTH));
            survives(language, &format!("a chain of {link}"), in_function(language, &chain));
        }
    }
    for (first, link) in
        [("a", " and a"), ("a", " and b or c"), ("\"a\"", " \"b\""), ("1", " if a else 1"), ("a", " ** a")]
    {
        survives(Language::Python, link, format!("x = {first}{}\n", link.repeat(LENGTH)).into_bytes());
    }
    for (first, link) in [("a", " && a"), ("a", " || a"), ("a", " && b || c")] {
        for language in [Language::TypeScript, Language::Tsx, Language::JavaScript, Language::Go] {
            survives(language, link, in_function(language, &format!("x = {first}{}", link.repeat(LENGTH))));
        }
    }
    let elifs = format!("if a:\n    b\n{}else:\n    d\n", "elif c:\n    d\n".repeat(LENGTH));
    survives(Language::Python, "elif", elifs.into_bytes());
    let clauses = format!("x = [a {}]\n", "for a in b if c ".repeat(LENGTH));
    survives(Language::Python, "comprehension clauses", clauses.into_bytes());
    for language in [Language::TypeScript, Language::Tsx, Language::JavaScript, Language::Go] {
        let text = format!("if (a) {{ b() }}{}", " else if (c) { d() }".repeat(LENGTH));
        survives(language, "else if", in_function(language, &text));
    }
}

#[test]
fn a_line_of_ten_megabytes_is_lowered() {
    const LENGTH: usize = 10 << 20;
    for language in [Language::Python, Language::JavaScript, Language::Go] {
        let text = format!("x = \"{}\"", "a".repeat(LENGTH));
        survives(language, "a long string", in_function(language, &text));
        let text = format!("x = f({})", "1, ".repeat(LENGTH / 30));
        survives(language, "many arguments", in_function(language, &text));
    }
}

#[test]
fn cut_and_garbled_files_are_lowered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lowering");
    for folder in fs::read_dir(&root).expect("fixtures can be listed") {
        let folder = folder.expect("fixtures can be listed").path();
        for case in fs::read_dir(&folder).expect("fixtures can be listed") {
            let path = case.expect("fixtures can be listed").path();
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            let language = Language::of_extension(extension);
            let survives = |what: &str, bytes: Vec<u8>| match (language, extension) {
                (Some(language), _) => survives(language, what, bytes),
                (None, "html" | "jinja") => template_survives(what, bytes),
                (None, _) => {}
            };
            if extension == "ir" {
                continue;
            }
            let bytes = fs::read(&path).expect("fixtures can be read");
            let step = (bytes.len() / 40).max(1);
            for end in (0..bytes.len()).step_by(step) {
                survives(&format!("{} cut at {end}", path.display()), bytes[..end].to_vec());
                survives(&format!("{} from {end}", path.display()), bytes[end..].to_vec());
                for garbage in [0xff, 0, b'(', b'"', b'}', b'\n'] {
                    let mut garbled = bytes.clone();
                    garbled[end] = garbage;
                    survives(&format!("{} with {garbage} at {end}", path.display()), garbled);
                }
            }
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_lowered() {
    for language in LANGUAGES {
        survives(language, "nothing", Vec::new());
        survives(language, "a byte order mark", b"\xef\xbb\xbfx = 1\n".to_vec());
        survives(language, "zeros", vec![0; 10_000]);
        survives(language, "high bytes", vec![0xff; 10_000]);
        survives(language, "a broken string", b"x = \"\xff\xfe\xc3\" + y\n# \x80\n".to_vec());
        let scrambled: Vec<u8> = (0..20_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        survives(language, "scrambled bytes", scrambled);
    }
}

#[test]
fn endless_templates_are_lowered() {
    const LENGTH: usize = 20_000;
    for piece in [
        "{% for a in b %}",
        "{% if a %}",
        "{% with a=b %}",
        "{% block a %}",
        "{% macro a(b) %}",
        "{% call(a) b() %}",
        "{% if a %}{% else %}",
        "{% elif a %}",
        "{% endfor %}",
        "{{",
        "{%",
        "{#",
        "{{ a }}",
        "{% raw %}",
        "{% comment %}",
        "{% set a = a %}",
        "{% with a=a %}{{ a }}",
        "{% include a %}",
        "{% regroup a by b as a %}",
        "{% a ",
        "{{ '",
        "{{ a|b:'",
        "{% for a in a %}{{ a }}{% include a with b=a %}",
    ] {
        template_survives(&format!("many {piece}"), piece.repeat(LENGTH).into_bytes());
    }
    let deep = format!("{}{}", "{% for a in b %}{% if c %}".repeat(LENGTH), "{% endif %}{% endfor %}".repeat(LENGTH));
    template_survives("nested loops", deep.into_bytes());
    let elifs = format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}b".repeat(LENGTH));
    template_survives("many elif", elifs.into_bytes());
    for (first, link) in [
        ("a", ".b"),
        ("a", "[0]"),
        ("a", "()"),
        ("a", "|b"),
        ("a", "|b:c"),
        ("a", " + a"),
        ("a", " and a"),
        ("", "not "),
        ("", "("),
        ("", "["),
        ("", "{a:"),
        ("", "-"),
        ("a", " if a else a"),
        ("a", ", a"),
        ("", "f(a="),
        ("", "'"),
        ("", "'\\"),
        ("a", " is b"),
        ("a", "~"),
        ("", "a("),
        ("a", "|b("),
    ] {
        let chain = format!("{{{{ {first}{} }}}}", link.repeat(LENGTH));
        template_survives(&format!("a chain of {link}"), chain.into_bytes());
        let tag = format!("{{% tag {first}{} %}}", link.repeat(LENGTH));
        template_survives(&format!("a tag with {link}"), tag.into_bytes());
    }
    let scrambled: Vec<u8> =
        (0..200_000u32).map(|i| b"{%}#|.('a \n"[(i.wrapping_mul(2_654_435_761) >> 13) as usize % 11]).collect();
    template_survives("scrambled bytes", scrambled);
    template_survives("high bytes", [0xff; 10_000].iter().chain(b"{{ \xff.\xfe }}").copied().collect());
}
