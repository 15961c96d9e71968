//! How `check` tells what it found: one form on standard output, any number of others in files.

use std::io::Write;
use std::path::PathBuf;

use ecs_harden_transforms::foreign::Tool;
use ecs_harden_transforms::intent::ExecUse;
use ecs_harden_transforms::knobs::Subject;
use ecs_harden_transforms::model::TaskView;

use super::Total;
use crate::cli::args::Run;
use crate::cli::args::check::{Check, Output, ReportFormat};
use crate::cli::steer::Planned;
use crate::cli::{CliError, diff, steer};
use crate::context::{Context, Verbosity};
use crate::output::counted;
use crate::output::diff::Secrets;
use crate::output::foreign;
use crate::output::json::{self, File, Gate, Stream};
use crate::output::review::{self, Proposed, Review, Reviewed};
use crate::output::text::{self, Drawing};
use crate::plan::Plan;
use crate::source::{self, Input};

/// What has to be made of each file.
pub(super) struct Wanted<'a> {
    format: ReportFormat,
    outputs: &'a [Output],
    run: &'a Run,
    drawing: Drawing,
    /// By whose ids it is told to people, if not by ours.
    tool: Option<Tool>,
    /// Whether somebody has to look at all files in order before one is drawn.
    pub(super) waits: bool,
    /// The working directory behind all links, and what paths of a review start from.
    cwd: PathBuf,
    top: PathBuf,
}

/// What was made of one file.
#[derive(Default)]
pub(super) struct Drawn {
    /// What goes to standard output at once.
    shown: String,
    /// The report for people, as files get it.
    text: String,
    /// The entry of the report for programs.
    entry: String,
    reviewed: Option<Reviewed>,
}

/// What was told so far.
#[derive(Default)]
pub(super) struct Telling {
    pub(super) total: Total,
    stream: Stream,
    text: String,
    /// The report for programs, as files get it.
    json: (Stream, Vec<u8>),
    reviewed: Vec<Reviewed>,
    /// What the files here add to policy and baseline.
    pub(super) proposed: Vec<Proposed>,
}

impl<'a> Wanted<'a> {
    /// What the flags ask for.
    pub(super) fn of(arguments: &'a Check, context: &Context) -> Result<Self, CliError> {
        let outputs = &arguments.told.output;
        let has_text = arguments.told.format == ReportFormat::Text
            || outputs.iter().any(|output| output.format == ReportFormat::Text);
        if arguments.told.tool.is_some() && !has_text {
            return Err(CliError::usage(
                "--as is about the report for people",
                "take --format text, or --output text=FILE",
            ));
        }
        let cwd = source::real(&context.cwd, &context.cwd);
        Ok(Self {
            format: arguments.told.format,
            outputs,
            tool: arguments.told.tool.map(Tool::from),
            waits: arguments.gate.baseline.is_some() || arguments.gate.write_baseline.is_some(),
            run: &arguments.run,
            drawing: Drawing { coloured: context.colour.out, verbosity: context.verbosity },
            top: source::top(&cwd).unwrap_or(&cwd).to_owned(),
            cwd,
        })
    }

    fn in_a_file(&self, format: ReportFormat) -> bool {
        self.outputs.iter().any(|output| output.format == format)
    }

    fn wants(&self, format: ReportFormat) -> bool {
        self.format == format || self.in_a_file(format)
    }

    fn is_reviewed(&self) -> bool {
        let others = [
            ReportFormat::Sarif,
            ReportFormat::Github,
            ReportFormat::Markdown,
            ReportFormat::Junit,
            ReportFormat::Gitlab,
        ];
        others.into_iter().any(|format| self.wants(format))
    }

    /// Whether the report for programs is needed, which is more work than the one for people.
    fn needs_file(&self) -> bool {
        self.wants(ReportFormat::Json) || self.is_reviewed()
    }

    /// Makes everything that is asked for of one file, unless its turn has to come first.
    pub(super) fn ahead(&self, planned: &Planned) -> Option<Drawn> {
        (!self.waits).then(|| self.draw(planned, self.needs_file().then(|| self.file(planned)).as_ref()))
    }

    /// Makes everything that is asked for of one file.
    pub(super) fn draw(&self, planned: &Planned, file: Option<&File>) -> Drawn {
        let mut drawn = Drawn::default();
        let findings = file.into_iter().flat_map(|file| &file.findings);
        let known: Vec<bool> = findings.map(|finding| finding.gate == Some(Gate::Known)).collect();
        let report = |drawing| match (&planned.plan, self.tool) {
            (Ok(plan), Some(tool)) => foreign::report(&planned.found.shown, plan, tool),
            (Ok(plan), None) => text::report_of_new(&planned.found.shown, plan, drawing, &known),
            (Err(_), _) => String::new(),
        };
        if self.format == ReportFormat::Text {
            drawn.shown = report(self.drawing);
        }
        if self.in_a_file(ReportFormat::Text) {
            drawn.text = report(Drawing { coloured: false, ..self.drawing });
        }
        if let Some(file) = file {
            if self.wants(ReportFormat::Json) {
                drawn.entry = json::entry(file.clone());
            }
            drawn.reviewed = self.is_reviewed().then(|| self.reviewed(planned, file.clone()));
        }
        drawn
    }

    /// The report about one input, with what decides the exit status.
    pub(super) fn file(&self, planned: &Planned) -> File {
        let mut file = steer::json_file(planned, None);
        let judged = planned.plan.iter().flat_map(|plan| &plan.outcome.findings);
        for (finding, judged) in file.findings.iter_mut().zip(judged) {
            finding.gate = Some(steer::gate(judged, self.run.fail_on, self.run.strict));
        }
        file
    }

    fn reviewed(&self, planned: &Planned, file: File) -> Reviewed {
        let plan = planned.plan.as_ref().ok();
        let patches = plan.filter(|_| self.wants(ReportFormat::Sarif)).map(review::patches);
        let diff = plan.filter(|_| self.wants(ReportFormat::Markdown));
        let diff = diff.map(|plan| diff::render(&planned.found, plan, Secrets::Masked, &self.cwd).rendered.text);
        Reviewed {
            path: source::from_directory(&planned.found, &self.top),
            file,
            patches: patches.unwrap_or_default(),
            diff: diff.unwrap_or_default(),
            exec_is_said: plan.is_none_or(exec_is_said),
            is_live: matches!(planned.found.input, Input::Live(_)),
        }
    }
}

/// Whether somebody says of every container if commands are run in it.
fn exec_is_said(plan: &Plan) -> bool {
    let wishes = &plan.outcome.intent.wishes;
    let seen = TaskView::new(&plan.document).seen();
    seen.iter().all(|container| wishes.exec_use(Subject::from(container)) != ExecUse::NotKnown)
}

impl Telling {
    /// Tells of one file what can be told at once, and keeps the rest.
    pub(super) fn add(&mut self, wanted: &Wanted<'_>, drawn: Drawn, context: &mut Context) -> Result<(), CliError> {
        context.out.write_all(drawn.shown.as_bytes())?;
        if wanted.format == ReportFormat::Json {
            self.stream.add(&drawn.entry, &mut context.out)?;
        }
        if wanted.in_a_file(ReportFormat::Json) {
            self.json.0.add(&drawn.entry, &mut self.json.1)?;
        }
        self.text.push_str(&drawn.text);
        self.reviewed.extend(drawn.reviewed);
        Ok(())
    }

    /// Tells what is told at the end, and writes the files.
    pub(super) fn end(mut self, wanted: &Wanted<'_>, context: &mut Context) -> Result<(), CliError> {
        let last = self.last(context.verbosity);
        match wanted.format {
            ReportFormat::Text => context.out.write_all(last.as_bytes())?,
            ReportFormat::Json => std::mem::take(&mut self.stream).end(&mut context.out)?,
            format => context.out.write_all(self.review(format).as_bytes())?,
        }
        if wanted.in_a_file(ReportFormat::Json) {
            std::mem::take(&mut self.json.0).end(&mut self.json.1)?;
        }
        // One that cannot be written keeps no other from being written.
        let mut failed = None;
        for Output { format, path } in wanted.outputs {
            let bytes = match format {
                ReportFormat::Text => [self.text.as_bytes(), last.as_bytes()].concat(),
                ReportFormat::Json => self.json.1.clone(),
                format => self.review(*format).into_bytes(),
            };
            failed = failed.or(source::create(path, &bytes).err());
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    /// The line on all files together.
    fn last(&self, verbosity: Verbosity) -> String {
        let Total { files, clean, weak, undetermined } = self.total;
        if verbosity == Verbosity::Quiet || files < 2 {
            return String::new();
        }
        format!(
            "{}: {}, {undetermined} undetermined, {clean} clean\n",
            counted(files, "file"),
            counted(weak, "finding")
        )
    }

    /// The files in one of the forms that are drawn at the end.
    fn review(&self, format: ReportFormat) -> String {
        let review = Review { files: &self.reviewed, proposed: &self.proposed };
        match format {
            ReportFormat::Sarif => review::sarif::render(review),
            ReportFormat::Github => review::github::render(review),
            ReportFormat::Markdown => review::markdown::render(review),
            ReportFormat::Junit => review::junit::render(review),
            ReportFormat::Gitlab => review::gitlab::render(review),
            // These two are written as they come.
            ReportFormat::Text | ReportFormat::Json => String::new(),
        }
    }
}
