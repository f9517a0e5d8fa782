//! What the name of a table says about how many rows it has.
//!
//! Knows English nouns. Does not know tables.
//! Known false alarm: a noun that no list has.

/// Names of tables that grow with use.
const GROWING: [&str; 70] = [
    "account",
    "activity",
    "answer",
    "article",
    "attachment",
    "attempt",
    "audit",
    "booking",
    "build",
    "click",
    "comment",
    "contact",
    "conversation",
    "customer",
    "delivery",
    "deployment",
    "document",
    "email",
    "employee",
    "entry",
    "event",
    "execution",
    "file",
    "history",
    "image",
    "inbox",
    "incident",
    "invoice",
    "item",
    "job",
    "log",
    "measurement",
    "media",
    "message",
    "metric",
    "milestone",
    "notification",
    "order",
    "participant",
    "patient",
    "payment",
    "payout",
    "person",
    "photo",
    "post",
    "product",
    "reaction",
    "reading",
    "record",
    "refund",
    "reply",
    "report",
    "request",
    "response",
    "result",
    "review",
    "run",
    "sale",
    "session",
    "shipment",
    "student",
    "submission",
    "subscriber",
    "task",
    "ticket",
    "transaction",
    "upload",
    "user",
    "visit",
    "vote",
];

/// What tables hold that people enter by hand, by the last word of their name: reference data and configuration. A
/// `PaymentMethod` is a method, and a `MessageTemplate` a template.
const REFERENCE: [&str; 55] = [
    "calendar",
    "category",
    "certificate",
    "choice",
    "city",
    "config",
    "configuration",
    "connector",
    "country",
    "county",
    "court",
    "credential",
    "currency",
    "dashboard",
    "department",
    "discount",
    "environment",
    "feature",
    "field",
    "filter",
    "flag",
    "gateway",
    "holiday",
    "integration",
    "jurisdiction",
    "label",
    "language",
    "layout",
    "locale",
    "menu",
    "method",
    "option",
    "pattern",
    "permission",
    "plan",
    "plugin",
    "policy",
    "preference",
    "provider",
    "quota",
    "region",
    "role",
    "rule",
    "scope",
    "setting",
    "state",
    "status",
    "tag",
    "template",
    "theme",
    "timezone",
    "tpl",
    "trigger",
    "type",
    "unit",
];

/// Words for what people set up one by one, so that there are tens rather than thousands for each of those who do.
const FEW: [&str; 60] = [
    "address",
    "alert",
    "alias",
    "allow",
    "app",
    "attribute",
    "automation",
    "backend",
    "backup",
    "badge",
    "banner",
    "blocklist",
    "bot",
    "callout",
    "catalog",
    "channel",
    "command",
    "condition",
    "deny",
    "destination",
    "device",
    "driver",
    "emoji",
    "endpoint",
    "engine",
    "evaluator",
    "group",
    "identity",
    "key",
    "keyword",
    "migration",
    "mount",
    "operation",
    "pack",
    "passkey",
    "platform",
    "profile",
    "property",
    "queue",
    "registry",
    "revision",
    "reward",
    "schedule",
    "schema",
    "secret",
    "section",
    "service",
    "site",
    "skill",
    "slot",
    "stage",
    "step",
    "sticker",
    "tier",
    "token",
    "tool",
    "variable",
    "version",
    "view",
    "workflow",
];

/// Words for what each user adds now and then: no table of millions, and no list that stays short either.
const SLOW: [&str; 3] = ["domain", "share", "subscription"];

/// Words for who belongs to something: as many as a team has, and as many as all teams have.
const MEMBERS: [&str; 5] = ["collaborator", "invite", "invitation", "member", "membership"];

/// Nouns among the growing ones for what programs write as they run: even one thing has many of them.
const STREAMS: [&str; 33] = [
    "activity",
    "attempt",
    "audit",
    "build",
    "click",
    "delivery",
    "deployment",
    "entry",
    "event",
    "execution",
    "history",
    "inbox",
    "job",
    "link",
    "log",
    "measurement",
    "message",
    "metric",
    "milestone",
    "notification",
    "order",
    "payment",
    "photo",
    "post",
    "reading",
    "record",
    "resource",
    "run",
    "submission",
    "transaction",
    "visit",
    "vote",
    "email",
];

pub(super) fn is_stream(noun: &str) -> bool {
    STREAMS.iter().any(|known| noun.ends_with(known))
}

/// What one user or one thing has few of, as many as there are of all: sessions of a user, attachments of a task.
const FEW_OF_ONE: [&str; 6] = ["account", "attachment", "comment", "image", "session", "reaction"];

pub(super) fn is_few_of_one(noun: &str) -> bool {
    FEW_OF_ONE.contains(&noun)
}

/// Words for users by what they do.
const PEOPLE: [&str; 22] = [
    "applicant",
    "attendee",
    "author",
    "candidate",
    "contact",
    "customer",
    "employee",
    "follower",
    "following",
    "friend",
    "member",
    "participant",
    "patient",
    "people",
    "person",
    "player",
    "student",
    "subscriber",
    "teacher",
    "user",
    "voter",
    "watcher",
];

pub(super) fn is_person(noun: &str) -> bool {
    PEOPLE.contains(&noun)
}

/// An invitation into a circle is one of few that a user has; what `SiteInvite`s a user gives has no end.
pub(super) fn invites_into_circle(words: &[String]) -> bool {
    matches!(words, [_] | []) || words.iter().any(|word| CIRCLES.contains(&word.as_str()))
}

/// Both words are for people: the followers of somebody are users.
pub(super) fn are_people(one: &str, other: &str) -> bool {
    PEOPLE.contains(&one) && PEOPLE.contains(&other)
}

/// Those whose users are members: a `ProjectUser` is one of a project.
const CIRCLES: [&str; 10] =
    ["account", "company", "group", "organization", "partner", "program", "project", "space", "team", "workspace"];

/// Nouns that are few with the word before them: an `EmailDomain` is set up, a `SocialAccount` connected.
const FEW_PAIRS: [(&str, &str); 13] = [
    ("allowed", "domain"),
    ("custom", "domain"),
    ("email", "account"),
    ("email", "domain"),
    ("verified", "domain"),
    ("connected", "account"),
    ("external", "account"),
    ("linked", "account"),
    ("mail", "account"),
    ("oauth", "account"),
    ("permission", "model"),
    ("service", "account"),
    ("social", "account"),
];

/// Last words that say nothing of their own: an `OrderLine` is of an order.
const VAGUE: [&str; 9] = ["data", "detail", "info", "line", "link", "list", "ref", "relation", "row"];

/// Words before the noun that say that somebody has set it up: a `PeriodicTask` is no task of many, and a `BuiltinPayload`
/// comes with the program.
const PLANNED: [&str; 6] = ["builtin", "cron", "periodic", "planned", "recurring", "scheduled"];

/// How the rows of a table of this name grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Growth {
    /// People enter them by hand, once for all.
    Reference,
    /// Tens rather than thousands.
    Few,
    /// Now and then by each user.
    Slow,
    /// With those who belong to something.
    Members,
    /// With use.
    Growing,
    Unknown,
}

/// The noun of a name decides: `EmailAddress` is an address, and `UserIdentity` an identity.
pub(super) fn growth_of(name: &str) -> Growth {
    growth_of_words(&words_of_things(name))
}

fn growth_of_words(words: &[String]) -> Growth {
    // What is called a link or a resource and nothing else is what people collect or upload, and joins no two tables.
    if let [only] = words
        && matches!(only.as_str(), "link" | "resource")
    {
        return Growth::Growing;
    }
    let Some(at) = words.iter().rposition(is_telling) else { return Growth::Unknown };
    let noun = words[at].as_str();
    let before = at.checked_sub(1).map(|before| words[before].as_str());
    if REFERENCE.contains(&noun) {
        return Growth::Reference;
    }
    let is_pair = FEW_PAIRS.iter().any(|&(first, second)| second == noun && before == Some(first));
    if FEW.contains(&noun) || is_pair || words.iter().any(|word| PLANNED.contains(&word.as_str())) {
        return Growth::Few;
    }
    // `projectUsers`, and `users_teams`, which joins the two.
    let is_member = match before {
        Some("user") => words.len() == 2 && CIRCLES.contains(&noun),
        Some(circle) => noun == "user" && CIRCLES.contains(&circle),
        None => false,
    };
    if MEMBERS.contains(&noun) || is_member {
        return Growth::Members;
    }
    if SLOW.contains(&noun) {
        return Growth::Slow;
    }
    // `auditlog` is a log, and a `postback` no post.
    if GROWING.iter().any(|known| noun.ends_with(known)) { Growth::Growing } else { Growth::Unknown }
}

#[expect(clippy::ptr_arg, reason = "a predicate over the words")]
fn is_telling(word: &String) -> bool {
    !VAGUE.contains(&word.as_str())
}

/// The last word that says something.
pub(super) fn noun_of(words: &[String]) -> Option<&str> {
    words.iter().rfind(|word| is_telling(word)).map(String::as_str)
}

/// What a handler's name says of what it lists: `ListIdentityProviders`; `bitbucketProviders`, where the name is that of a
/// field and needs no verb.
pub(super) fn growth_by_handler(name: &str, is_field: bool) -> Growth {
    let words = words_of_things(name);
    let lists = words.first().is_some_and(|verb| matches!(verb.as_str(), "get" | "list" | "find" | "load" | "fetch"));
    if lists || is_field { growth_of_words(&words) } else { Growth::Unknown }
}

/// The words of a name up to those that say which of the things it is about: `SecretsByApplicationId` is of secrets.
pub(super) fn words_of_things(name: &str) -> Vec<String> {
    let mut words = words_of(name);
    let is_link =
        |word: &String| matches!(word.as_str(), "by" | "for" | "of" | "from" | "with" | "in" | "and" | "to" | "on");
    if let Some(at) = words.iter().skip(1).position(is_link) {
        words.truncate(at + 1);
    }
    words
}

/// The words of a name, in lower case and without a plural: `paymentMethods` is `payment`, `method`.
pub(super) fn words_of(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = '_';
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        if !c.is_alphanumeric() {
            before = '_';
            continue;
        }
        // `IPBlocklist` is `ip`, `blocklist`.
        let ends_acronym = before.is_uppercase() && rest.peek().is_some_and(|next| next.is_lowercase());
        if before == '_' || (c.is_uppercase() && (before.is_lowercase() || ends_acronym)) {
            found.push(String::new());
        }
        if let Some(word) = found.last_mut() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    found.iter().map(|word| singular(word)).collect()
}

fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) if !stem.is_empty() => format!("{stem}y"),
        // `inboxes`, `batches`
        _ if ["xes", "ches", "shes", "sses"].iter().any(|end| word.ends_with(end)) => word[..word.len() - 2].to_owned(),
        _ if word.ends_with("ss") || word.ends_with("us") => word.to_owned(),
        _ => word.strip_suffix('s').unwrap_or(word).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Growth, growth_by_handler, growth_of, words_of, words_of_things};

    #[test]
    fn words_lose_case_and_plural() {
        assert_eq!(words_of("paymentMethods"), ["payment", "method"]);
        assert_eq!(words_of("order_statuses"), ["order", "statuse"]);
        assert_eq!(words_of("Countries"), ["country"]);
        assert_eq!(words_of("OrderStatus"), ["order", "status"]);
        assert_eq!(words_of("IPBlocklist"), ["ip", "blocklist"]);
    }

    #[test]
    fn what_things_belong_to_is_no_thing_of_its_own() {
        assert_eq!(words_of_things("getSecretsByApplicationId"), ["get", "secret"]);
        assert_eq!(words_of_things("bill_of_materials"), ["bill"]);
        assert_eq!(words_of_things("ForSale"), ["for", "sale"]);
    }

    #[test]
    fn the_noun_decides() {
        assert_eq!(growth_of("UserIdentity"), Growth::Few);
        assert_eq!(growth_of("organizationEmailDomain"), Growth::Few);
        assert_eq!(growth_of("Domain"), Growth::Slow);
        assert_eq!(growth_of("projectUsers"), Growth::Members);
        assert_eq!(growth_of("users_teams"), Growth::Members);
        assert_eq!(growth_of("ProjectPermission"), Growth::Reference);
        assert_eq!(growth_of("OrderLine"), Growth::Growing);
        assert_eq!(growth_of("Thread"), Growth::Unknown);
        assert_eq!(growth_of("link"), Growth::Growing);
        assert_eq!(growth_of("BookLink"), Growth::Unknown);
        assert_eq!(growth_by_handler("bitbucketProviders", true), Growth::Reference);
        assert_eq!(growth_by_handler("providers", false), Growth::Unknown);
    }
}
