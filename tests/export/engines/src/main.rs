//! Judges inputs by a file of cfn-guard rules and by a Rego policy. Reads `{"guard": text, "rego": text, "inputs": [json, …]}` from standard
//! input, either text may be missing, and writes for each input which Guard rules fail, and what `deny` and `warn` of `data.main` hold.
//!
//! With `RULES TEMPLATE` it is `cfn-guard validate`, and writes what that shows in every format. What is verbose shows everything looked at.

use std::env;
use std::error::Error;
use std::io::{self, Read, Write};

use cfn_guard::commands::Executable;
use cfn_guard::commands::validate::{OutputFormatType as Format, ShowSummaryType as Summary};
use cfn_guard::utils::reader::Reader;
use cfn_guard::utils::writer::{WriteBuffer, Writer};
use cfn_guard::{CommandBuilder, ValidateBuilder, ValidateInput, run_checks};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = env::args().skip(1).collect();
    if let [rules, template] = files.as_slice() {
        return shown(rules, template);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let job: Value = serde_json::from_str(&text)?;
    let inputs = job["inputs"].as_array().ok_or("no inputs")?;
    let mut engine = job["rego"].as_str().map(policy).transpose()?;
    let mut answers = Vec::new();
    for input in inputs {
        let mut answer = json!({});
        if let Some(rules) = job["guard"].as_str() {
            answer["guard"] = guard(rules, input)?;
        }
        if let Some(engine) = &mut engine {
            engine.set_input_json(&input.to_string())?;
            for kind in ["deny", "warn"] {
                let told = engine.eval_query(format!("found := data.main.{kind}"), false)?.result;
                // A policy without such a rule says nothing of that kind.
                let found = told.first().map(|told| told.bindings["found"].to_json_str()).transpose()?;
                answer["rego"][kind] = found.map_or_else(|| Ok(json!([])), |found| serde_json::from_str(&found))?;
            }
        }
        answers.push(answer);
    }
    writeln!(io::stdout(), "{}", Value::Array(answers))?;
    Ok(())
}

/// What a person sees, and what programs are given.
fn shown(rules: &str, template: &str) -> Result<(), Box<dyn Error>> {
    let all = || ValidateBuilder::default().rules(vec![rules.to_owned()]).data(vec![template.to_owned()]);
    let structured = |format| all().structured(true).show_summary(vec![Summary::None]).output_format(format);
    for (name, command) in [
        ("single-line-summary", all().show_summary(vec![Summary::All])),
        ("json", structured(Format::JSON)),
        ("yaml", structured(Format::YAML)),
        ("junit", structured(Format::Junit)),
        ("sarif", structured(Format::Sarif)),
    ] {
        let mut writer = Writer::new_with_err(WriteBuffer::Vec(Vec::new()), WriteBuffer::Vec(Vec::new()))?;
        let status = command.try_build()?.execute(&mut writer, &mut Reader::default())?;
        writeln!(io::stdout(), "== {name}, exit status {status}\n{}", writer.stripped()?)?;
    }
    Ok(())
}

fn policy(text: &str) -> Result<regorus::Engine, Box<dyn Error>> {
    let mut engine = regorus::Engine::new();
    engine.set_strict_builtin_errors(true);
    engine.add_policy("ecs-harden.rego".to_owned(), text.to_owned())?;
    Ok(engine)
}

/// The names of the rules that fail, and those of the rules that were not applied. The verbose form holds every rule; the short one is cut
/// off where it is long.
fn guard(rules: &str, input: &Value) -> Result<Value, Box<dyn Error>> {
    let template = input.to_string();
    let data = ValidateInput { content: &template, file_name: "template.json" };
    let told = run_checks(data, ValidateInput { content: rules, file_name: "ecs-harden.guard" }, true)?;
    let told: Value = serde_json::from_str(&told)?;
    let checks = told["children"].as_array().ok_or("no rule was run")?.iter();
    let named = |status: &str| -> Vec<Value> {
        let rules = checks.clone().map(|check| &check["container"]["RuleCheck"]);
        rules.filter(|rule| rule["status"] == status).map(|rule| rule["name"].clone()).collect()
    };
    Ok(json!({ "fail": named("FAIL"), "skip": named("SKIP"), "pass": named("PASS") }))
}
