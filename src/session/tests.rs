//! The machine: every transition, every answer and what comes of it, and random keys.

mod answers;
mod random;
mod transitions;
mod views;

use std::sync::Arc;

use ecs_harden_transforms::engine::Fault;
use ecs_harden_transforms::intent::{ExecUse, Selection, Wishes};
use ecs_harden_transforms::knobs::Layers;
use ecs_harden_transforms::model::{TargetWish, TaskView};
use ecs_harden_transforms::passes;
use ecs_harden_transforms::waiver::Waivers;
use jiff::civil::Date;

use super::machine::State;
use super::*;
use crate::policy::{Policy, record};

/// Two containers that name no user, one with a credential.
const TWO: &str = r#"{
  "family": "shop",
  "requiresCompatibilities": ["EC2"],
  "executionRoleArn": "arn:aws:iam::123456789012:role/shop",
  "containerDefinitions": [
    {
      "name": "web",
      "image": "registry.example.com/web:1",
      "environment": [{"name": "DB_PASSWORD", "value": "correct-horse-battery"}]
    },
    {
      "name": "db",
      "image": "registry.example.com/db:1"
    }
  ]
}
"#;

const SIZE: Size = Size { width: 80, height: 24 };

fn today() -> Date {
    "2026-06-30".parse().expect("a day")
}

/// Plans as the program does, from a policy text, without a world.
struct Pure {
    text: String,
    policy: String,
    passes: Vec<ecs_harden_transforms::pass::PassId>,
}

impl Pure {
    fn of(text: &str, only: &[&str]) -> Self {
        let known = |id: &&str| passes::find(id).expect("the pass is there").id;
        let passes = if only.is_empty() { passes::ids().collect() } else { only.iter().map(known).collect() };
        Self { text: text.to_owned(), policy: String::new(), passes }
    }

    fn change(&self, answers: &Answers, lasting: Lasting) -> PolicyChange {
        let document = crate::plan::read(self.text.as_bytes()).expect("it can be read");
        let said = answers.as_policy(&TaskView::new(&document), lasting);
        let after = record(&self.policy, &said).expect("it can be added to").trim_start().to_owned();
        PolicyChange { shown: "ecs-harden.toml".into(), before: self.policy.clone(), after }
    }

    /// What a run without a person makes under this policy.
    fn alone(&self, policy: &str) -> Plan {
        let policy = Policy::parse("ecs-harden.toml", policy, today()).expect("it is a policy");
        let wishes = Wishes {
            selection: Selection::all(self.passes.iter().copied()),
            target: TargetWish::default(),
            os: None,
            layers: Layers::from(policy.layers),
            waivers: Waivers::from(policy.waivers).with(policy.rulings),
            images: Arc::default(),
            pins: Arc::default(),
            exec: ExecUse::NotKnown,
        };
        Plan::of(self.text.as_bytes(), &wishes, Fault::None).expect("there is a plan")
    }
}

impl Planner for Pure {
    fn plan(&self, answers: &Answers) -> Result<Proposed, String> {
        Ok(Proposed { plan: self.alone(&self.change(answers, Lasting::ThisTime).after), answered: BTreeSet::new() })
    }

    fn policy(&self, answers: &Answers) -> Result<PolicyChange, String> {
        Ok(self.change(answers, Lasting::NextTime))
    }

    fn place(&self, path: &str) -> Result<(), String> {
        if path == "taken" { Err("taken is there already".into()) } else { Ok(()) }
    }
}

fn session(planner: &Pure) -> Session<'_> {
    let subject =
        Subject { shown: "task.json".into(), policy: None, place: (1, 1), goal: Goal::File, keeps: Keeps::Policy };
    Session::new(planner, subject, (SIZE, today()), Answers::default()).expect("it begins")
}

/// Letters as keys; of other keys a letter that nobody types.
fn presses(keys: &str) -> impl Iterator<Item = Event> {
    keys.chars().map(|letter| {
        Event::Press(match letter {
            '\n' => Press::Enter,
            '⎋' => Press::Escape,
            '⌫' => Press::Backspace,
            '↑' => Press::Up,
            '↓' => Press::Down,
            '←' => Press::Left,
            '⇱' => Press::Home,
            '⇲' => Press::End,
            '⌧' => Press::Char('\u{15}'),
            '¿' => Press::Other,
            letter => Press::Char(letter),
        })
    })
}

/// Presses keys; the ending, which the last of them may bring.
fn press(session: &mut Session<'_>, keys: &str) -> Option<Ending> {
    let mut ending = None;
    for event in presses(keys) {
        assert_eq!(ending, None, "{keys:?} goes on after the end");
        ending = session.handle(event);
    }
    ending
}

fn text(rows: &[Vec<Span>]) -> String {
    let row = |row: &Vec<Span>| row.iter().map(|span| span.text.as_str()).collect::<String>();
    rows.iter().map(row).collect::<Vec<_>>().join("\n")
}

/// What stands on the whole screen.
fn shown(session: &Session<'_>) -> String {
    let screen = session.screen();
    format!("{}\n{}", text(&screen.body), text(&screen.live))
}

fn name(session: &Session<'_>) -> &'static str {
    match &session.state {
        State::Opening => "opening",
        State::Asking(_) => "asking",
        State::Typing { .. } => "typing",
        State::Picking { .. } => "picking",
        State::Skipping(_) => "skipping",
        State::Reason { .. } => "reason",
        State::Expiry { .. } => "expiry",
        State::Explaining { .. } => "explaining",
        State::Help(_) => "help",
        State::Closing => "closing",
        State::Choosing(_) => "choosing",
        State::Elsewhere(_) => "elsewhere",
        State::Keeping { .. } => "keeping",
    }
}
