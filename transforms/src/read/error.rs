//! Why a text was refused, and what to do about it. No message ever quotes the text: it may hold secrets.

use thiserror::Error;

use super::{MAX_BYTES, MAX_DEPTH};

/// A refused text: the reason and where it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{kind}")]
pub struct ReadError {
    /// The reason.
    pub kind: ReadErrorKind,
    /// Byte offset into the text, at most its length.
    pub at: usize,
}

/// The reasons for refusing a text. `Display` is a lowercase phrase without any part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReadErrorKind {
    /// More bytes than [`MAX_BYTES`].
    #[error("the text is larger than {} MiB", MAX_BYTES / (1024 * 1024))]
    TooLarge,
    /// Two bytes a character, as `>` of Windows PowerShell writes.
    #[error("the text is UTF-16, not UTF-8")]
    Utf16,
    /// Not UTF-8, and not recognisably anything else.
    #[error("the text is not valid UTF-8")]
    NotUtf8,
    /// Nothing but white space and comments.
    #[error("the text holds no document")]
    Empty,
    /// Brackets nested deeper than [`MAX_DEPTH`].
    #[error("brackets are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// A name that occurs twice in one object. The name is kept only where it is a member name of the ECS API.
    #[error("{}", repeated(*.0))]
    Repeated(Option<&'static str>),
    /// Something follows the end of the document.
    #[error("text follows the end of the document")]
    TextAfterDocument,
    /// Control flow of a template language outside strings.
    #[error("a {0} directive decides which parts of the document exist")]
    Template(TemplateLanguage),
    /// Unquoted names, single quotes and the like.
    #[error("this is Jsonnet or JSON5, not JSON")]
    Jsonnet,
    /// A shell prompt or command stands before the document.
    #[error("a shell prompt or command stands before the document")]
    ShellPrompt,
    /// Looks like YAML.
    #[error("this looks like YAML, not JSON")]
    Yaml,
    /// A CloudFormation template in YAML.
    #[error("this is a CloudFormation template in YAML")]
    CloudFormation,
    /// Looks like Terraform.
    #[error("this looks like Terraform (HCL), not JSON")]
    Hcl,
    /// JSON with a mistake.
    #[error("broken JSON: {0}")]
    Broken(Flaw),
}

fn repeated(name: Option<&'static str>) -> String {
    name.map_or_else(|| "a member is repeated".to_owned(), |name| format!("the member {name} is repeated"))
}

/// Whose control flow it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TemplateLanguage {
    /// `%{ if … }`
    #[error("Terraform template")]
    Terraform,
    /// `{{ if … }}`, also of Handlebars.
    #[error("Go template")]
    Go,
    /// `{% if … %}`
    #[error("Jinja")]
    Jinja,
    /// `<% if … %>`
    #[error("ERB")]
    Erb,
}

/// What is wrong with broken JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Flaw {
    /// No comma between two members or elements.
    #[error("expected a comma")]
    ExpectedComma,
    /// No colon after a name.
    #[error("expected a colon after the name of a member")]
    ExpectedColon,
    /// No value after a colon or a comma.
    #[error("expected a value")]
    ExpectedValue,
    /// No quoted name where a member should start.
    #[error("expected the quoted name of a member")]
    ExpectedName,
    /// A number that JSON does not have.
    #[error("expected a number as JSON writes it")]
    BadNumber,
    /// A backslash that starts no escape of JSON.
    #[error("a backslash in a string starts no valid escape")]
    BadEscape,
    /// A string without its closing quote.
    #[error("a string is not closed")]
    UnclosedString,
    /// A raw character below U+0020 in a string; mostly a line break, because a quote is missing.
    #[error("a string holds a raw line break or another control character")]
    ControlCharacter,
    /// A block comment without its end.
    #[error("a comment is not closed")]
    UnclosedComment,
    /// An object without its `}`.
    #[error("the object that starts here is not closed")]
    UnclosedObject,
    /// A list without its `]`.
    #[error("the list that starts here is not closed")]
    UnclosedArray,
    /// A closing bracket that closes nothing.
    #[error("a closing bracket has no opening bracket")]
    UnexpectedClose,
    /// A comma with nothing before it.
    #[error("a comma has no value before it")]
    UnexpectedComma,
    /// White space that is none in JSON, such as a no-break space.
    #[error("a white space character is none that JSON knows")]
    OddWhiteSpace,
    /// Anything else.
    #[error("an unexpected character")]
    UnexpectedCharacter,
}

impl ReadError {
    /// Builds the error of that kind at that byte offset.
    pub(super) const fn new(kind: ReadErrorKind, at: usize) -> Self {
        Self { kind, at }
    }

    /// Broken JSON at that byte offset.
    pub(super) const fn broken(flaw: Flaw, at: usize) -> Self {
        Self::new(ReadErrorKind::Broken(flaw), at)
    }

    /// Whether the text is meant to be what this reads, and is not: it does not parse, it is too long, or another tool must process it first.
    /// The others are something else altogether.
    pub const fn is_broken(&self) -> bool {
        !matches!(self.kind, ReadErrorKind::Yaml | ReadErrorKind::CloudFormation | ReadErrorKind::Hcl)
    }

    /// One concrete thing to do.
    pub const fn next_step(&self) -> &'static str {
        match self.kind {
            ReadErrorKind::TooLarge => "name the task definition itself; ECS takes at most 64 KiB",
            ReadErrorKind::Utf16 => "save the file as UTF-8, in PowerShell with `Set-Content -Encoding utf8`",
            ReadErrorKind::NotUtf8 => "save the file as UTF-8",
            ReadErrorKind::Empty => "name a file that holds a task definition, or write one to standard input",
            ReadErrorKind::TooDeep => "check the file; no task definition nests that deep",
            ReadErrorKind::Repeated(_) => "keep one of the two; tools disagree on which one counts",
            ReadErrorKind::TextAfterDocument => "keep one JSON document a file",
            ReadErrorKind::Template(_) => "render the template first and name the rendered file",
            ReadErrorKind::Jsonnet => "evaluate it first (`jsonnet FILE > task.json`) and name the result",
            ReadErrorKind::ShellPrompt => "delete the lines before the first bracket",
            ReadErrorKind::CloudFormation => {
                "CloudFormation templates are not read yet; deploy the template, then work on the output of `aws ecs describe-task-definition`"
            }
            ReadErrorKind::Yaml => "convert it to JSON first and name the result",
            ReadErrorKind::Hcl => {
                "HCL is not read yet; move the container definitions into a JSON file, or give the output of `aws ecs describe-task-definition`"
            }
            ReadErrorKind::Broken(Flaw::ControlCharacter) => {
                "close the string on its line, or write the character as an escape"
            }
            ReadErrorKind::Broken(Flaw::BadEscape) => "write a backslash in a string as two",
            ReadErrorKind::Broken(_) => "mend the JSON at that place",
        }
    }
}
