"use strict";
// Text of the analysed code only ever becomes text nodes and attributes' values, never markup.
(() => {
  const report = JSON.parse(document.getElementById("report").textContent);
  const SEVERITIES = ["critical", "major", "minor", "info"];
  const FIRST = 50;
  const MORE = 200;
  const MAX_FOLDERS = 8;
  const byId = (id) => document.getElementById(id);

  const element = (name, properties = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key.includes("-")) made.setAttribute(key, value);
      else made[key] = value;
    }
    made.append(...children);
    return made;
  };

  // `code` in a sentence is shown as code.
  const sentence = (text) => {
    const pieces = text.split("`");
    if (pieces.length % 2 === 0) return [text];
    return pieces.map((piece, at) => (at % 2 ? element("code", { textContent: piece }) : piece));
  };

  const segments = report.files.map((path) => path.split("/").slice(0, -1));
  const folderAt = (depth) => segments.map((parts) => parts.slice(0, depth).join("/") || "(root)");
  const depth = [4, 3, 2].find((wanted) => new Set(report.findings.map((finding) => folderAt(wanted)[finding.file])).size <= MAX_FOLDERS) ?? 1;
  const folders = folderAt(depth);

  const findings = report.findings.map((finding) => {
    const rule = report.rules[finding.rule];
    const path = report.files[finding.file];
    const words = [rule, path, finding.title, finding.evidence, finding.symbol, finding.severity].join("\n").toLowerCase();
    return { ...finding, rule, path, folder: folders[finding.file], words, rank: SEVERITIES.indexOf(finding.severity) };
  });
  const inOrder = {
    path: findings,
    severity: [...findings].sort((a, b) => a.rank - b.rank),
  };

  const chosen = { severity: new Set(), rule: new Set(), folder: new Set() };
  let found = [];
  let shown = 0;

  const chart = (key, most) => {
    const groups = new Map();
    for (const finding of findings) {
      const group = groups.get(finding[key]) ?? { all: 0, severities: [0, 0, 0, 0] };
      group.all += 1;
      group.severities[finding.rank] += 1;
      groups.set(finding[key], group);
    }
    const sorted = [...groups].sort(key === "severity"
      ? (a, b) => SEVERITIES.indexOf(a[0]) - SEVERITIES.indexOf(b[0])
      : (a, b) => b[1].all - a[1].all || (a[0] < b[0] ? -1 : 1));
    const largest = Math.max(1, ...sorted.map(([, group]) => group.all));
    const list = document.querySelector(`[data-chart="${key}"]`);
    for (const [name, group] of sorted.slice(0, most)) {
      const bar = element("span", { className: "bar", "aria-hidden": "true" });
      bar.style.width = `${(100 * group.all) / largest}%`;
      group.severities.forEach((count, rank) => {
        if (count === 0) return;
        const part = element("span", { "data-severity": SEVERITIES[rank] });
        part.style.flexGrow = count;
        bar.append(part);
      });
      const parts = group.severities.map((count, rank) => (count ? `${count} ${SEVERITIES[rank]}` : "")).filter(Boolean);
      const button = element("button", { type: "button", title: `${name}: ${parts.join(", ")}`, "aria-pressed": "false" },
        element("span", { className: "name", textContent: name }),
        element("span", { textContent: group.all }), bar);
      button.addEventListener("click", () => {
        const set = chosen[key];
        if (!set.delete(name)) set.add(name);
        button.setAttribute("aria-pressed", String(set.has(name)));
        filter();
      });
      list.append(element("li", {}, button));
    }
    if (sorted.length > most) list.append(element("li", { className: "ends", textContent: `and ${sorted.length - most} more` }));
  };

  const code = (step) => {
    const frame = element("pre", { tabIndex: 0, "aria-label": `${report.files[step.file]}, line ${step.line}` });
    let at = 0;
    let line = step.first;
    for (const text of step.text.split("\n")) {
      const end = at + text.length;
      if (text) {
        const row = element("span", { className: "row", "data-line": line });
        const from = Math.min(Math.max(step.from - at, 0), text.length);
        const to = Math.min(Math.max(step.to - at, 0), text.length);
        if (from < to) row.append(text.slice(0, from), element("mark", { textContent: text.slice(from, to) }), text.slice(to));
        else row.append(text);
        frame.append(row);
      }
      at = end + 1;
      line += 1;
    }
    return frame;
  };

  const body = (finding) => {
    const made = element("div", { className: "body" }, element("p", {}, ...sentence(finding.evidence)));
    if (finding.fix) made.append(element("p", { className: "fix" }, element("b", { textContent: "Fix: " }), ...sentence(finding.fix)));
    const way = element("ol", { className: finding.drawn ? "way drawn" : finding.steps.length > 1 ? "way" : "way single" });
    if (finding.drawn) way.setAttribute("aria-label", "The way to the defect");
    for (const step of finding.steps) {
      const place = `${report.files[step.file]}:${step.line}`;
      const note = step.here ? "here" : step.note || "see";
      way.append(element("li", { className: step.here ? "here" : "" },
        element("p", { className: "step" }, element("b", {}, ...sentence(note)), " ", element("code", { textContent: place })),
        code(step)));
    }
    made.append(way, element("p", { className: "ends" },
      `Confidence ${finding.confidence}`, finding.symbol ? " · in " : "",
      finding.symbol ? element("code", { textContent: finding.symbol }) : "",
      " · accepted by the comment ", element("code", { textContent: `rearguard: ignore[${finding.rule}] reason` })));
    return made;
  };

  const item = (finding) => {
    const details = element("details", {}, element("summary", {},
      element("span", { className: "badge", textContent: finding.severity }),
      element("span", { className: "title" }, ...sentence(finding.title)),
      element("span", { className: "place", textContent: `${finding.path}:${finding.lines} · ${finding.rule}` })));
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(body(finding));
    });
    return element("li", { "data-severity": finding.severity }, details);
  };

  const show = (count) => {
    const list = byId("findings");
    const next = found.slice(shown, shown + count).map(item);
    list.append(...next);
    shown += next.length;
    const left = found.length - shown;
    byId("more").hidden = left === 0;
    byId("more").textContent = `Show ${Math.min(MORE, left)} more of ${left}`;
    return next[0];
  };

  const filter = () => {
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = Object.entries(chosen).filter(([, set]) => set.size > 0);
    found = inOrder[byId("order").value].filter((finding) =>
      groups.every(([key, set]) => set.has(finding[key])) && words.every((word) => finding.words.includes(word)));
    byId("findings").replaceChildren();
    shown = 0;
    show(FIRST);
    byId("count").textContent = found.length === findings.length
      ? `${findings.length} findings`
      : `${found.length} of ${findings.length} findings`;
    byId("clear").disabled = words.length === 0 && groups.length === 0;
  };

  chart("severity", 4);
  chart("rule", report.rules.length);
  chart("folder", MAX_FOLDERS);
  byId("search").addEventListener("input", filter);
  byId("order").addEventListener("change", filter);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("more").addEventListener("click", () => show(MORE)?.querySelector("summary").focus());
  const clear = () => {
    byId("search").value = "";
    for (const set of Object.values(chosen)) set.clear();
    for (const button of document.querySelectorAll("[aria-pressed]")) button.setAttribute("aria-pressed", "false");
    filter();
  };
  byId("clear").addEventListener("click", () => { clear(); byId("search").focus(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      byId("search").focus();
    }
  });
  if (report.problems.length > 0) {
    byId("problems").hidden = false;
    for (const problem of report.problems) {
      byId("problems").querySelector("ul").append(element("li", {}, element("code", { textContent: problem.path }), `: ${problem.reason}`));
    }
  }
  filter();
})();
