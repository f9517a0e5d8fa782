//! What the lowering dumps do not show.

use crate::ir::check::violations;

fn is_total(text: &str) {
    let module = super::lower(text.as_bytes());
    let found = violations(&module, text.len());
    assert!(found.is_empty(), "{text}: {found:?}");
}

#[test]
fn broken_templates_keep_the_invariants() {
    for text in [
        "{% for %}{% endfor %}",
        "{% for x in %}{{ x }}{% endfor %}",
        "{% for x, in xs %}{{ x. }}{% endfor %}",
        "{% if %}{% else %}{% elif x %}{% else %}{% endif %}",
        "{% endif %}{% endfor %}{{ }}{% %}",
        "{{ a.b( }} {{ a[ }} {{ a|b: }} {{ (a, }} {{ {a: }} {{ 'x }} {{ a if }} {{ not }} {{ - }}",
        "{% with a= %}{% with %}{% set x = %}{% set %}{% macro %}{% macro f( %}{{ x }}",
        "{% include %}{% extends %}{% from 'x' %}{% import %}{% regroup %}{% regroup a by %}",
        "{% comment %}{{ x }}",
        "{{ {% {# %} }}",
        "{% for a in b %}{% else %}{% else %}{% endwith %}{% endfor %}",
        "{% if a %}{% for x in y %}{% endif %}{% endfor %}",
    ] {
        is_total(text);
    }
}

#[test]
fn every_prefix_of_a_template_is_a_template() {
    let text = r#"{% extends "base.html" %}{% load x %}{# c #}{% macro row(o, c="é") %}{{ o.a.b|f:"x" }}{% endmacro %}
{% block b %}{% for a, b in xs|selectattr("p.q") if a is not none %}{{ row(a, c=b[1:2])|join(", ") }}{% else %}
{% with x=a.0.b y=1.5 %}{% include "r.html" with z=x only %}{% endwith %}{% endfor %}{% regroup xs by a.b as gs %}
{% url 'n' a.pk k=v as link %}{% if a and not b or c in [1, {"k": d}] %}{% elif e == -f %}{% endif %}{% endblock %}"#;
    for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
        is_total(&text[..end]);
    }
}
