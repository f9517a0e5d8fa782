//! Figures about a run, for `--stats`.
//!
//! Knows the report's figures. Does not know how they were measured.
//!
//! What is done per file is summed over threads ("s of CPU"); the rest is elapsed time. "floor" is parsing the same files
//! again and visiting each node once, with the same threads: what any analysis on syntax trees costs at least.

use crate::findings::report::{Report, Stats};
use crate::rules::cards;
use std::fmt::Write as _;
use std::time::Duration;

#[expect(clippy::cast_precision_loss, reason = "figures for people, three digits are shown")]
pub(super) fn text(report: &Report) -> String {
    let Stats {
        files,
        bytes,
        templates,
        aside,
        aside_bytes,
        skipped,
        partial,
        errors,
        nodes,
        opaque,
        suppressed,
        unsure,
        timings,
        ..
    } = report.stats;
    let mut text = String::new();
    let megabytes = bytes as f64 / 1e6;
    let _ = writeln!(text, "files       {files}, {megabytes:.2} MB");
    if templates > 0 {
        let _ = writeln!(text, "templates   {templates} of them");
    }
    if aside > 0 {
        let _ = writeln!(
            text,
            "not parsed  {aside} more, {:.2} MB: tests and code for browsers without credentials",
            aside_bytes as f64 / 1e6
        );
    }
    let _ = writeln!(text, "skipped     {skipped} bundles and binaries");
    let _ = writeln!(text, "problems    {} files could not be analysed", report.problems.len());
    let _ = writeln!(text, "syntax      {errors} errors in {partial} files");
    let share = if nodes == 0 { 0.0 } else { 100.0 * opaque as f64 / nodes as f64 };
    let _ = writeln!(text, "opaque      {opaque} of {nodes} nodes ({share:.2} %)");
    let _ = writeln!(
        text,
        "findings    {} printed, {suppressed} suppressed, {unsure} below the confidence",
        report.findings.len()
    );
    text.push_str(&self::timings(report));
    if let Some(floor) = timings.floor {
        let _ = writeln!(
            text,
            "floor       {} (parse and one visit)",
            rate(megabytes + aside_bytes as f64 / 1e6, floor, "s")
        );
        let ratio = timings.whole.as_secs_f64() / floor.as_secs_f64().max(1e-9);
        let _ = writeln!(text, "ratio       {ratio:.2} (whole / floor)");
    }
    text
}

/// The time of each stage.
#[expect(clippy::cast_precision_loss, reason = "figures for people, three digits are shown")]
pub(super) fn timings(report: &Report) -> String {
    let Stats { bytes, timings, .. } = report.stats;
    let megabytes = bytes as f64 / 1e6;
    let mut text = String::new();
    for (name, time, unit) in [
        ("read", timings.read, "s of CPU"),
        ("parse", timings.parse, "s of CPU"),
        ("lower", timings.lower, "s of CPU"),
        ("release", timings.release, "s of CPU"),
        ("project", timings.project, "s"),
        ("interpret", timings.interpret, "s"),
        ("rules", timings.rules, "s"),
        ("whole", timings.whole, "s"),
    ] {
        let _ = writeln!(text, "{name:<11} {}", rate(megabytes, time, unit));
    }
    for (rule, time) in cards::RULES.iter().zip(timings.by_rule) {
        let _ = writeln!(text, "{rule:<20} {:.3} s of CPU", time.as_secs_f64());
    }
    text
}

fn rate(megabytes: f64, time: Duration, unit: &str) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1e-6 {
        format!("{seconds:.3} {unit}")
    } else {
        format!("{seconds:.3} {unit}, {:.1} MB/s", megabytes / seconds)
    }
}
