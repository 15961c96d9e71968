//! Rules about `logConfiguration`.

use serde_json::Value;

use super::{Case, Target, json};

/// Judges the log configuration of the container at pointer `at`.
pub fn judge(case: &mut Case<'_>, at: &str, container: &Value) {
    let Some(log) = json::member(container, "logConfiguration") else {
        return;
    };
    let at = json::below(at, "logConfiguration");
    let options = json::member(log, "options");
    let option = |name: &str| options.and_then(|options| json::text(options, name)).filter(|text| !text.is_empty());

    if let Some(mode) = option("mode") {
        let wrong = !matches!(mode, "blocking" | "non-blocking");
        case.report_if(wrong, "log-options", &at, format!("`{mode}` is no mode"));
    }
    if let Some(size) = option("max-buffer-size") {
        case.report_if(!is_size(size), "log-options", &at, format!("`{size}` is no size"));
    }
    if json::text(log, "logDriver") != Some("awslogs") {
        return;
    }
    for name in ["awslogs-group", "awslogs-region"] {
        case.report_if(option(name).is_none(), "awslogs-options", &at, format!("`{name}` is required"));
    }
    let managed = matches!(case.target, Target::Fargate | Target::ManagedInstances);
    let nameless = managed && option("awslogs-stream-prefix").is_none();
    case.report_if(nameless, "awslogs-options", &at, "`awslogs-stream-prefix` is required here");
    let both = option("awslogs-datetime-format").is_some() && option("awslogs-multiline-pattern").is_some();
    case.report_if(both, "awslogs-options", &at, "a datetime format excludes a multiline pattern");
    let secret = !json::elements(log, &at, "secretOptions").is_empty();
    case.report_if(secret, "awslogs-options", &at, "awslogs has no secret options");
}

/// Digits, and at most one unit: `25m`, `10MB`, `4096`.
fn is_size(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0
        && matches!(text[digits..].to_ascii_lowercase().as_str(), "" | "b" | "k" | "kb" | "m" | "mb" | "g" | "gb")
}
