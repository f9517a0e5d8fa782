//! The two XML reports that build servers read: `JUnit` (as Jenkins, `GitLab` and Azure read it) and Checkstyle.
//!
//! Knows the report. Leaves escaping to the XML writer, but for characters that XML 1.0 does not allow at all.
//! Invariant: the result is well-formed, whatever the analysed code holds.

use super::locations::{Region, in_repository};
use super::printable::printable;
use crate::findings::report::Report;
use crate::findings::{Finding, Severity};
use crate::source::FileId;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

/// One test suite per file with findings, one failed test per finding; without findings one test that passed, because
/// readers take a report without tests for a mistake.
pub fn junit(report: &Report, base: &str) -> String {
    let count = report.findings.len();
    document(|writer| {
        let failures = count.to_string();
        let tests = count.max(1).to_string();
        let suites = writer.create_element("testsuites").with_attributes([
            ("name", "rearguard"),
            ("tests", tests.as_str()),
            ("failures", failures.as_str()),
        ]);
        suites
            .write_inner_content(|writer| {
                if count == 0 {
                    let suite = [("name", "rearguard"), ("tests", "1"), ("failures", "0")];
                    return writer
                        .create_element("testsuite")
                        .with_attributes(suite)
                        .write_inner_content(|writer| {
                            let case = [("name", "no findings"), ("classname", "rearguard")];
                            writer.create_element("testcase").with_attributes(case).write_empty().map(drop)
                        })
                        .map(drop);
                }
                for (file, findings) in by_file(report) {
                    let path = path(report, base, file);
                    let count = findings.len().to_string();
                    let suite = [("name", path.as_str()), ("tests", count.as_str()), ("failures", count.as_str())];
                    writer.create_element("testsuite").with_attributes(suite).write_inner_content(|writer| {
                        for finding in &findings {
                            test_case(writer, report, finding, &path)?;
                        }
                        Ok(())
                    })?;
                }
                Ok(())
            })
            .map(drop)
    })
}

fn test_case(writer: &mut Writer<Vec<u8>>, report: &Report, finding: &Finding, path: &str) -> io::Result<()> {
    let line = Region::of(report.file(finding.file), finding.span).start_line.to_string();
    let name = format!("{} at line {line}", finding.rule);
    // Readers join class name and test name: the class is the path without dots, which they would take for packages.
    let case = [("name", name.as_str()), ("classname", path), ("file", path), ("line", line.as_str())];
    writer.create_element("testcase").with_attributes(case).write_inner_content(|writer| {
        let title = allowed(&finding.title);
        let failure = [("type", finding.severity.name()), ("message", title.as_str())];
        let body = allowed(&format!("{path}:{line}: {}", [&*finding.evidence, &*finding.recommendation].join(". ")));
        writer.create_element("failure").with_attributes(failure).write_text_content(BytesText::new(&body)).map(drop)
    })?;
    Ok(())
}

/// One `file` per file with findings, one `error` per finding.
pub fn checkstyle(report: &Report, base: &str) -> String {
    document(|writer| {
        writer
            .create_element("checkstyle")
            .with_attribute(("version", "4.3"))
            .write_inner_content(|writer| {
                for (file, findings) in by_file(report) {
                    let path = path(report, base, file);
                    writer.create_element("file").with_attribute(("name", path.as_str())).write_inner_content(
                        |writer| {
                            for finding in &findings {
                                let region = Region::of(report.file(file), finding.span);
                                let (line, column) = (region.start_line.to_string(), region.start_column.to_string());
                                let message = allowed(
                                    &[&*finding.title, &*finding.evidence, &*finding.recommendation].join(". "),
                                );
                                let source = format!("rearguard.{}", finding.rule);
                                let error = [
                                    ("line", line.as_str()),
                                    ("column", column.as_str()),
                                    ("severity", checkstyle_severity(finding.severity)),
                                    ("message", message.as_str()),
                                    ("source", source.as_str()),
                                ];
                                writer.create_element("error").with_attributes(error).write_empty()?;
                            }
                            Ok(())
                        },
                    )?;
                }
                Ok(())
            })
            .map(drop)
    })
}

fn checkstyle_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::Major => "error",
        Severity::Minor => "warning",
        Severity::Info | Severity::Pedantic => "info",
    }
}

fn document(write: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let written =
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None))).and_then(|()| write(&mut writer));
    written.expect("memory takes everything that is written to it");
    let mut text = String::from_utf8(writer.into_inner()).expect("only text was written");
    text.push('\n');
    text
}

/// Findings are sorted by path, so those of one file stand together.
fn by_file(report: &Report) -> Vec<(FileId, Vec<&Finding>)> {
    let mut files: Vec<(FileId, Vec<&Finding>)> = Vec::new();
    for reported in &report.findings {
        let finding = &reported.finding;
        match files.last_mut() {
            Some((file, findings)) if *file == finding.file => findings.push(finding),
            _ => files.push((finding.file, vec![finding])),
        }
    }
    files
}

fn path(report: &Report, base: &str, file: FileId) -> String {
    allowed(&in_repository(base, &report.file(file).path))
}

/// Control characters are taken out by `printable`; these two are the rest of what XML 1.0 does not know.
fn allowed(text: &str) -> String {
    printable(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
