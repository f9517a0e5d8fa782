//! Configuration as text: what format a file has by its name, where its comments begin, and which of it nobody wrote.
//!
//! Knows names and marks of comments. Does not know keys, values or secrets.
//! Invariant: a file that is code in a language that is lowered has no text format.

/// How a file binds names to values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TextFormat {
    /// `KEY=value` to the end of the line: `.env`.
    Environment,
    /// `KEY=value` up to white space: shell scripts.
    Shell,
    /// `ENV KEY=value`, `ENV KEY value`, `ARG KEY=value`.
    Dockerfile,
    Yaml,
    Json,
    Toml,
    /// `key = value` and `key: value` to the end of the line, in `[sections]`: also properties, `.npmrc`, `.pypirc`.
    Ini,
    Xml,
    Terraform,
    /// JSON whose strings are lines of code.
    Notebook,
    Sql,
    /// `machine example login me password secret`.
    Netrc,
    /// Keys and lists of addresses: tokens and connection strings only.
    Plain,
}

/// Text above this size, in bytes, is data.
pub const MAX_BYTES: u64 = 1 << 20;

impl TextFormat {
    /// By the name of the file, without folders.
    pub fn of_name(name: &str) -> Option<TextFormat> {
        let lower = name.to_ascii_lowercase();
        // Our own configuration.
        if matches!(lower.as_str(), "rearguard.toml" | ".rearguard.toml") {
            return None;
        }
        let by_name = match lower.as_str() {
            ".env" => Some(TextFormat::Environment),
            ".envrc" => Some(TextFormat::Shell),
            "dockerfile" | "containerfile" => Some(TextFormat::Dockerfile),
            ".npmrc" | ".pypirc" | ".yarnrc" | ".s3cfg" | ".boto" | ".my.cnf" => Some(TextFormat::Ini),
            ".netrc" | "_netrc" => Some(TextFormat::Netrc),
            ".pgpass" | ".git-credentials" | "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" => Some(TextFormat::Plain),
            _ if lower.starts_with(".env.") => Some(TextFormat::Environment),
            _ if lower.starts_with("dockerfile.") => Some(TextFormat::Dockerfile),
            _ if lower.strip_suffix(".txt").is_some_and(|stem| stem.starts_with("requirements")) => {
                Some(TextFormat::Plain)
            }
            _ => None,
        };
        if by_name.is_some() {
            return by_name;
        }
        // `config.yml.sample`, `app.ini.dist`: the format stands before what says that it is a template.
        let (stem, extension) = lower.rsplit_once('.')?;
        let extension = match extension {
            "sample" | "example" | "dist" | "template" | "tmpl" | "tpl" | "default" | "bak" | "orig" => {
                stem.rsplit_once('.').map_or(stem, |(_, inner)| inner)
            }
            extension => extension,
        };
        Some(match extension {
            "env" => TextFormat::Environment,
            "sh" | "bash" | "zsh" => TextFormat::Shell,
            "dockerfile" => TextFormat::Dockerfile,
            "yml" | "yaml" => TextFormat::Yaml,
            "json" | "jsonc" | "json5" => TextFormat::Json,
            "toml" => TextFormat::Toml,
            "ini" | "cfg" | "conf" | "cnf" | "properties" => TextFormat::Ini,
            "xml" | "plist" | "config" => TextFormat::Xml,
            "tf" | "tfvars" | "hcl" => TextFormat::Terraform,
            "ipynb" => TextFormat::Notebook,
            "sql" => TextFormat::Sql,
            "pem" | "key" | "ppk" | "prisma" => TextFormat::Plain,
            _ => return None,
        })
    }

    /// Byte offset of the comment in a line, if it has one. A mark inside of quotes opens none.
    pub fn comment_start(self, line: &[u8]) -> Option<usize> {
        let marks: &[&[u8]] = match self {
            TextFormat::Environment
            | TextFormat::Shell
            | TextFormat::Dockerfile
            | TextFormat::Yaml
            | TextFormat::Toml
            | TextFormat::Netrc => &[b"#"],
            TextFormat::Ini => &[b"#", b";", b"!"],
            TextFormat::Terraform => &[b"#", b"//", b"/*"],
            TextFormat::Json => &[b"//", b"/*"],
            TextFormat::Xml => &[b"<!--"],
            TextFormat::Sql => &[b"--", b"/*"],
            TextFormat::Plain => &[b"#", b"//"],
            TextFormat::Notebook => return None,
        };
        let mut quote = None;
        let mut before = b' ';
        let mut at = 0;
        while at < line.len() {
            let byte = line[at];
            match quote {
                Some(open) => {
                    if byte == b'\\' && open == b'"' {
                        at += 1;
                    } else if byte == open {
                        quote = None;
                    }
                }
                // An apostrophe in the middle of a word quotes nothing.
                None if matches!(byte, b'"' | b'\'') && !before.is_ascii_alphanumeric() => quote = Some(byte),
                // `!` comments a properties file's line only where it opens it.
                None if before.is_ascii_whitespace()
                    && marks.iter().any(|mark| line[at..].starts_with(mark))
                    && (byte != b'!' || line[..at].trim_ascii().is_empty()) =>
                {
                    return Some(at);
                }
                None => {}
            }
            before = byte;
            at += 1;
        }
        None
    }
}

/// Lists of versions and hashes, source maps, recorded data: nobody writes a credential into them by hand.
pub fn is_machine_written(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(
        name,
        "package-lock.json"
            | "npm-shrinkwrap.json"
            | "pnpm-lock.yaml"
            | "composer.lock"
            | "packages.lock.json"
            | "deno.json.lock"
    ) || [".lock", ".lock.json", ".lock.hcl", "-lock.json", "-lock.yaml", ".min.json", ".map"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_name() {
        for (name, format) in [
            (".env.production", TextFormat::Environment),
            ("example.env", TextFormat::Environment),
            ("Dockerfile", TextFormat::Dockerfile),
            ("Dockerfile.dev", TextFormat::Dockerfile),
            ("docker-compose.yml", TextFormat::Yaml),
            ("settings.yaml.example", TextFormat::Yaml),
            ("app.properties", TextFormat::Ini),
            ("prod.tfvars", TextFormat::Terraform),
            ("web.config", TextFormat::Xml),
            ("id_rsa", TextFormat::Plain),
        ] {
            assert_eq!(TextFormat::of_name(name), Some(format), "{name}");
        }
        for name in ["README.md", "rearguard.toml", "notes.txt", "Makefile", "a.rs", "go.sum", "yarn.lock"] {
            assert_eq!(TextFormat::of_name(name), None, "{name}");
        }
        assert!(is_machine_written("web/package-lock.json") && !is_machine_written("web/package.json"));
    }

    #[test]
    fn comments_begin_outside_of_quotes() {
        for (format, line, start) in [
            (TextFormat::Yaml, "a: b # c", Some(5)),
            (TextFormat::Yaml, "a: 'b # c'", None),
            (TextFormat::Yaml, "a: don't # c", Some(9)),
            (TextFormat::Environment, "A=b#c", None),
            (TextFormat::Ini, "; a = b", Some(0)),
            (TextFormat::Terraform, "a = \"http://b\" // c", Some(15)),
            (TextFormat::Xml, "<a>b</a> <!-- c -->", Some(9)),
            (TextFormat::Json, "{\"a\": 1}", None),
        ] {
            assert_eq!(format.comment_start(line.as_bytes()), start, "{line}");
        }
    }
}
