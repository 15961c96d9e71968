//! Task-level cpu and memory: how they are spelled and which pairs Fargate offers.

use serde_json::Value;

/// Sizes of Fargate: cpu units, then the least and the most memory and the step, in MiB (page fargate-tasks-services).
const FARGATE: &[(i64, i64, i64, i64)] = &[
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

/// `"256"`, `256`, `".25 vCPU"` as cpu units; `None` if it is none of these.
pub fn cpu_units(value: &Value) -> Option<i64> {
    amount(value, "vcpu")
}

/// `"512"`, `512`, `"0.5 GB"`, `"1gb"` as MiB; `None` if it is none of these.
pub fn mebibytes(value: &Value) -> Option<i64> {
    amount(value, "gb")
}

/// Whether Fargate has tasks of this size.
pub fn fargate_offers(cpu: i64, memory: i64) -> bool {
    if cpu == 256 {
        return [512, 1024, 2048].contains(&memory);
    }
    FARGATE
        .iter()
        .any(|(units, least, most, step)| *units == cpu && (*least..=*most).contains(&memory) && memory % step == 0)
}

fn amount(value: &Value, unit: &str) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let text = value.as_str()?.to_ascii_lowercase();
    if let Ok(number) = text.parse::<i64>() {
        return Some(number);
    }
    thousandths(text.strip_suffix(unit)?.trim_end()).map(|number| number * 1024 / 1000)
}

/// A decimal number without sign, times a thousand.
fn thousandths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() + part.len() == 0 || part.len() > 3 {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{part:0<3}").parse().ok()?;
    Some(whole * 1000 + part)
}
