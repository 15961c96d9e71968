//! The comment on a pull request, and the summary of a job: first what may break, then what that rests on, then the findings and the diff.
//!
//! Everything that a file may have named stands as code or is written as entities, so that it makes no table cell, link, mention or tag.

use std::collections::{BTreeMap, BTreeSet};

use super::{Item, Review, Reviewed, clean, counted};

/// Comments hold 65,536 characters; some room stays for what others add.
const MOST: usize = 60_000;

/// The comment.
pub fn render(review: Review<'_>) -> String {
    let items = review.items();
    let applied: Vec<&Item<'_>> = items.iter().filter(|item| item.finding.decision == "applied").collect();
    let mut text = format!("### ecs-harden: {}\n", review.totals().sentence());
    text.push_str(&policies(review));
    text.push_str(&proposed(review));
    text.push_str(&refused(review));
    let several = review.files.len() > 1;
    text.push_str(&table(
        "What the edits may break",
        ["may break", "how to find out", "where"],
        &risks(&applied, several),
        14_000,
    ));
    text.push_str(&table(
        "What the edits rest on",
        ["value", "who says so", "where"],
        &values(&applied, several),
        8_000,
    ));
    text.push_str(&unknown(review, &applied));
    let findings: Vec<[String; 4]> = review.open().iter().map(finding).collect();
    text.push_str(&table("Findings", ["severity", "finding", "place", "what becomes of it"], &findings, 18_000));
    let next = next(review, &applied);
    let room = MOST.saturating_sub(text.len() + next.len());
    text.push_str(&diffs(review, room));
    text + &next
}

/// The policies in force.
fn policies(review: Review<'_>) -> String {
    let policies: BTreeSet<&str> = review.files.iter().filter_map(|reviewed| reviewed.file.policy.as_deref()).collect();
    let all = policies.len();
    let (mut names, mut room) = (Vec::new(), 2_000_usize);
    for policy in policies.into_iter().map(code) {
        let Some(left) = room.checked_sub(policy.len()) else { break };
        room = left;
        names.push(policy);
    }
    if names.len() < all {
        names.push(format!("{} more", all - names.len()));
    }
    if names.is_empty() { String::new() } else { format!("\npolicy {}\n", names.join(", ")) }
}

/// What the change adds to policy or baseline.
fn proposed(review: Review<'_>) -> String {
    if review.proposed.is_empty() {
        return String::new();
    }
    let rows: Vec<[String; 2]> = review
        .proposed
        .iter()
        .map(|proposed| {
            let line = proposed.line.map(|line| format!(":{line}")).unwrap_or_default();
            [inline(&proposed.what), code(&format!("{}{line}", proposed.file))]
        })
        .collect();
    table("Added by this change: does not count until it is merged", ["what", "where"], &rows, 6_000)
}

fn refused(review: Review<'_>) -> String {
    let rows: Vec<[String; 3]> = review
        .refused()
        .filter_map(|reviewed| {
            let refusal = reviewed.file.refusal.as_ref()?;
            let line = refusal.line.map(|line| format!(":{line}")).unwrap_or_default();
            Some([code(&format!("{}{line}", reviewed.path)), inline(&refusal.message), inline(&refusal.next_step)])
        })
        .collect();
    table("Refused", ["file", "why", "next"], &rows, 6_000)
}

/// What may break, once each, with everything that it is about.
fn risks(applied: &[&Item<'_>], several: bool) -> Vec<[String; 3]> {
    let risks = applied.iter().flat_map(|item| item.finding.risks.iter().map(move |risk| (*item, risk)));
    gathered(risks.map(|(item, risk)| ([inline(&risk.breaks), inline(&risk.test)], subject(item, several))))
}

/// What the values rest on, guesses first.
fn values(applied: &[&Item<'_>], several: bool) -> Vec<[String; 3]> {
    let values = applied.iter().flat_map(|item| item.finding.values.iter().map(move |value| (*item, value)));
    let mut values: Vec<_> = values.collect();
    values.sort_by_key(|(_, value)| !value.guess);
    gathered(values.into_iter().map(|(item, value)| {
        let source = value.source.as_ref();
        let place = source.and_then(|source| {
            let line = source.line.map(|line| format!(":{line}")).unwrap_or_default();
            source.file.as_ref().map(|file| format!("{file}{line}"))
        });
        let place = place.map(|place| code(&place));
        let place = place.or_else(|| source.and_then(|source| source.name.as_deref()).map(inline));
        let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
        let who =
            if value.guess { "**nobody: a guess**".to_owned() } else { format!("{}{place}", inline(value.provenance)) };
        ([inline(&value.what), who], subject(item, several))
    }))
}

/// Rows that begin alike become one, whose last cell names all of them.
fn gathered(rows: impl Iterator<Item = ([String; 2], String)>) -> Vec<[String; 3]> {
    let mut order: Vec<[String; 2]> = Vec::new();
    let mut about: BTreeMap<[String; 2], Vec<String>> = BTreeMap::new();
    for (row, subject) in rows {
        let subjects = about.entry(row.clone()).or_default();
        if subjects.is_empty() {
            order.push(row);
        }
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    let row = |row: [String; 2]| {
        let subjects = about.remove(&row).unwrap_or_default().join(", ");
        let [first, second] = row;
        [first, second, subjects]
    };
    order.into_iter().map(row).collect()
}

/// What a finding is about: its container, and its file where there are several.
fn subject(item: &Item<'_>, several: bool) -> String {
    let whose = item.finding.container.as_deref().unwrap_or("the task");
    if several { format!("{} {}", code(&item.reviewed.path), code(whose)) } else { code(whose) }
}

/// What decides whether the edits are well and stands in no file.
fn unknown(review: Review<'_>, applied: &[&Item<'_>]) -> String {
    if applied.iter().all(|item| item.reviewed.is_live) {
        return String::new();
    }
    let exec = review.files.iter().any(|reviewed| !reviewed.exec_is_said);
    let exec = exec.then_some(
        "**ECS Exec**: whether anybody runs commands in these containers. A read-only root file system ends that; say `--exec`, or `--exec=no`.",
    );
    let others = [
        "**DAEMON services**: they stop the old task of an instance before the new one starts, so one that does not start is missed at once.",
        "**Load balancer**: which port it sends to, and what its health check asks. Look at the health of the targets in the first deployment.",
        "**Owner**: whether CloudFormation, Terraform or a pipeline registers revisions from another place. There the edits are undone by its next run.",
    ];
    let lines: String = exec.into_iter().chain(others).flat_map(|line| ["- ", line, "\n"]).collect();
    format!(
        "\n#### What the file does not tell\n\n{lines}\n`ecs-harden apply --dry-run --cluster CLUSTER --service SERVICE` looks at all of it.\n"
    )
}

fn finding(item: &Item<'_>) -> [String; 4] {
    let severity = if item.is_undetermined() { "undetermined" } else { item.finding.severity };
    let finding = format!("{}<br>{}", inline(&item.message()), code(item.finding.pass));
    let place = code(&format!("{}:{}", item.reviewed.path, item.finding.span.line));
    let obstacles = item.finding.obstacles.iter();
    let obstacles =
        obstacles.map(|obstacle| format!("{}; next: {}", inline(&obstacle.reason), inline(&obstacle.next_step)));
    let fate = match (item.finding.decision, item.fix()) {
        ("applied", Some(fix)) => inline(&fix),
        (decision, _) => format!("{decision}: {}", obstacles.collect::<Vec<_>>().join("<br>")),
    };
    let excuse = item.excuse().filter(|excuse| *excuse != "undetermined");
    [
        severity.to_owned(),
        finding,
        place,
        excuse.map_or(fate.clone(), |excuse| format!("{}<br>{fate}", inline(&excuse))),
    ]
}

/// The diffs that there is room for, each folded away.
fn diffs(review: Review<'_>, room: usize) -> String {
    let (mut text, mut left) = (String::new(), 0);
    for Reviewed { path, diff, .. } in review.files.iter().filter(|reviewed| !reviewed.diff.is_empty()) {
        let fence = "`".repeat(3.max(longest_run(diff) + 1));
        let end = if diff.ends_with('\n') { "" } else { "\n" };
        let diff = clean_lines(diff);
        let block = format!(
            "\n<details><summary>The edits to {}</summary>\n\n{fence}diff\n{diff}{end}{fence}\n\n</details>\n",
            code(path)
        );
        if text.len() + block.len() + 200 > room {
            left += 1;
        } else {
            text.push_str(&block);
        }
    }
    if left > 0 {
        let diffs = counted(left, "diff");
        text.extend(["\n", &diffs, " left out for want of room: `ecs-harden diff` prints them.\n"]);
    }
    text
}

/// What to do now.
fn next(review: Review<'_>, applied: &[&Item<'_>]) -> String {
    let mut steps: Vec<String> = Vec::new();
    let mut files: Vec<&str> = applied.iter().map(|item| item.reviewed.path.as_str()).collect();
    files.dedup();
    match files.as_slice() {
        [] => {}
        [file] if file.len() < 300 => steps.push(format!(
            "{} writes {}.",
            code(&format!("ecs-harden fix {file}")),
            counted(applied.len(), "edit")
        )),
        files => steps.push(format!("`ecs-harden fix FILE…` writes the edits of {}.", counted(files.len(), "file"))),
    }
    if applied.iter().any(|item| item.rests_on_a_guess()) {
        steps.push("A guess becomes a fact in the policy: `ecs-harden init` writes one to start from.".into());
    }
    if review.open().iter().any(|item| item.finding.decision != "applied") {
        steps.push(
            "What is left to you says its next step above; `ecs-harden explain PASS` tells how to waive it.".into(),
        );
    }
    if steps.is_empty() {
        return String::new();
    }
    format!("\n#### Next\n\n{}", steps.iter().flat_map(|step| ["- ", step, "\n"]).collect::<String>())
}

/// A section with a table of as many rows as there is room for; nothing where there are no rows.
fn table<const COLUMNS: usize>(title: &str, head: [&str; COLUMNS], rows: &[[String; COLUMNS]], room: usize) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = format!("\n#### {title}\n\n{}|{}\n", line(&head.map(str::to_owned)), " --- |".repeat(COLUMNS));
    let mut left = 0;
    for row in rows {
        let row = line(row);
        if left > 0 || text.len() + row.len() > room {
            left += 1;
        } else {
            text.push_str(&row);
        }
    }
    if left > 0 {
        text.extend(["\n", &left.to_string(), " more: `ecs-harden check` tells them.\n"]);
    }
    text
}

/// Words of ours in which what stands between backticks is code. Where those do not pair up, a name holds one, and all of it is code.
fn inline(text: &str) -> String {
    let text = clean(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return code(&text);
    }
    let part = |(position, part): (usize, &&str)| {
        if position % 2 == 1 { format!("<code>{}</code>", entities(part)) } else { entities(part) }
    };
    parts.iter().enumerate().map(part).collect()
}

/// A name, as code in which nothing is taken for markup.
fn code(text: &str) -> String {
    format!("<code>{}</code>", entities(&clean(text)))
}

/// Text without a character that means something to Markdown or HTML. Mentions are broken up, since they are looked for in what is drawn.
fn entities(text: &str) -> String {
    let mut entities = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '@' | '#' => entities.extend(["&#", &u32::from(letter).to_string(), ";<!-- -->"]),
            '&' | '<' | '>' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '\\' | '$' => {
                entities.extend(["&#", &u32::from(letter).to_string(), ";"]);
            }
            _ => entities.push(letter),
        }
    }
    // What addresses are known by.
    entities.replace("://", "&#58;//").replace("www.", "www&#46;")
}

/// The lines of a diff, harmless one by one.
fn clean_lines(diff: &str) -> String {
    diff.split_inclusive('\n')
        .map(|line| line.strip_suffix('\n').map_or_else(|| clean(line), |line| clean(line) + "\n"))
        .collect()
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}
