//! The tokens of a text as a tree that still has every byte.

use std::iter::Peekable;
use std::vec::IntoIter;

use serde_json::{Map, Value};

use super::lexer::{Kind, Token, tokens};

/// A text: its value and what stands around it.
pub struct Document<'a> {
    /// Everything before the value.
    pub before: Vec<Piece<'a>>,
    /// The value.
    pub root: Node<'a>,
    /// Everything after the value.
    pub after: Vec<Piece<'a>>,
}

/// A value.
pub struct Node<'a> {
    /// Its text; of a container only the opening bracket.
    pub text: &'a str,
    /// What it is.
    pub shape: Shape<'a>,
}

/// What a value is.
pub enum Shape<'a> {
    /// A string, number or literal.
    Scalar,
    /// A placeholder.
    Opaque,
    /// An object.
    Object(Body<'a>),
    /// A list.
    Array(Body<'a>),
}

/// What a container holds: one region more than items, around and between them.
pub struct Body<'a> {
    /// Members or elements in the order of the text.
    pub items: Vec<Item<'a>>,
    /// The text before each item, and after the last one.
    pub regions: Vec<Vec<Piece<'a>>>,
}

/// A member or an element.
pub struct Item<'a> {
    /// The name of a member, escapes resolved; none for an element and for a placeholder that stands for members.
    pub name: Option<String>,
    /// Everything from the name to the value.
    pub head: String,
    /// The value.
    pub node: Node<'a>,
}

/// A part of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// White space.
    Space(&'a str),
    /// A comment, or a placeholder that stands beside an item.
    Solid(&'a str),
    /// A comma.
    Comma,
    /// The place of an item that an operation adds or removes.
    Taken,
}

type Tokens<'a> = Peekable<IntoIter<Token<'a>>>;

/// Reads a text.
pub fn read(text: &str) -> Result<Document<'_>, String> {
    let mut tokens = tokens(text)?.into_iter().peekable();
    let mut before = Vec::new();
    // Lines of a template may precede the value: the first bracket begins it, unless there is none.
    let container = tokens.clone().any(|token| token.kind == Kind::Open);
    while let Some(token) = tokens.next_if(|token| match token.kind {
        Kind::Space | Kind::Comment => true,
        Kind::Bare => container,
        _ => false,
    }) {
        before.push(piece(token));
    }
    let root = node(&mut tokens)?;
    Ok(Document { before, root, after: tokens.map(piece).collect() })
}

impl Node<'_> {
    /// The value, unless a placeholder is in it.
    pub fn value(&self) -> Option<Value> {
        match &self.shape {
            Shape::Scalar => scalar(self.text),
            Shape::Opaque => None,
            Shape::Array(body) => {
                body.items.iter().map(|item| item.node.value()).collect::<Option<_>>().map(Value::Array)
            }
            Shape::Object(body) => {
                let member = |item: &Item<'_>| Some((item.name.clone()?, item.node.value()?));
                body.items.iter().map(member).collect::<Option<Map<_, _>>>().map(Value::Object)
            }
        }
    }
}

fn scalar(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn piece(token: Token<'_>) -> Piece<'_> {
    match token.kind {
        Kind::Space => Piece::Space(token.text),
        Kind::Comma => Piece::Comma,
        _ => Piece::Solid(token.text),
    }
}

fn node<'a>(tokens: &mut Tokens<'a>) -> Result<Node<'a>, String> {
    let token = tokens.next().ok_or("the text ends where a value is wanted")?;
    let text = token.text;
    let shape = match (token.kind, text) {
        (Kind::Open, "{") => Shape::Object(body(tokens, "}")?),
        (Kind::Open, _) => Shape::Array(body(tokens, "]")?),
        (Kind::Quoted, _) => Shape::Scalar,
        (Kind::Bare, _) if scalar(text).is_some() => Shape::Scalar,
        (Kind::Bare, _) => Shape::Opaque,
        _ => return Err(format!("`{text}` where a value is wanted")),
    };
    Ok(Node { text, shape })
}

/// Everything up to the bracket `end`, which is taken too.
fn body<'a>(tokens: &mut Tokens<'a>, end: &str) -> Result<Body<'a>, String> {
    let mut body = Body { items: Vec::new(), regions: vec![Vec::new()] };
    let mut wanted = true;
    loop {
        let token = tokens.peek().copied().ok_or_else(|| format!("the text ends before `{end}`"))?;
        let beside = token.kind == Kind::Bare && !wanted;
        if token.kind == Kind::Close {
            tokens.next();
            return if token.text == end {
                Ok(body)
            } else {
                Err(format!("`{}` closes what needs `{end}`", token.text))
            };
        }
        if beside || matches!(token.kind, Kind::Space | Kind::Comment | Kind::Comma) {
            tokens.next();
            wanted |= token.kind == Kind::Comma;
            let region = body.regions.last_mut().ok_or("a container has a region")?;
            region.push(piece(token));
            continue;
        }
        body.items.push(if end == "}" {
            member(tokens)?
        } else {
            Item { name: None, head: String::new(), node: node(tokens)? }
        });
        body.regions.push(Vec::new());
        wanted = false;
    }
}

fn member<'a>(tokens: &mut Tokens<'a>) -> Result<Item<'a>, String> {
    let mut ahead = tokens.clone();
    let name = ahead.next().ok_or("the text ends where a name is wanted")?;
    let mut head = name.text.to_owned();
    let mut colons = 0;
    while let Some(token) = ahead.next_if(|token| {
        matches!(token.kind, Kind::Space | Kind::Comment) || (token.kind == Kind::Colon && colons == 0)
    }) {
        colons += usize::from(token.kind == Kind::Colon);
        head.push_str(token.text);
    }
    if colons == 0 {
        if name.kind != Kind::Bare {
            return Err(format!("no colon after `{}`", name.text));
        }
        return Ok(Item { name: None, head: String::new(), node: node(tokens)? });
    }
    *tokens = ahead;
    let decoded = match scalar(name.text) {
        Some(Value::String(text)) => text,
        _ => name.text.trim_matches('\'').to_owned(),
    };
    Ok(Item { name: Some(decoded), head, node: node(tokens)? })
}
