//! What callers have heard of: the names, tokens and words in the answers so far.

use crate::dice::Dice;
use prost_reflect::{DynamicMessage, Value};
use std::collections::BTreeMap;

/// How many texts are kept of each kind.
const KEPT: usize = 64;

/// Texts, by the field that they stood in, and names of resources, by their form.
#[derive(Default)]
pub(crate) struct Known {
    texts: BTreeMap<String, Vec<String>>,
    names: BTreeMap<String, Vec<String>>,
}

impl Known {
    /// Everything in an answer.
    pub(crate) fn hear(&mut self, dice: &mut Dice, answer: &DynamicMessage) {
        for (field, value) in answer.fields() {
            self.hear_value(dice, field.name(), value);
        }
    }

    fn hear_value(&mut self, dice: &mut Dice, field: &str, value: &Value) {
        match value {
            Value::String(text) => self.keep(dice, field, text),
            Value::Message(message) => self.hear(dice, message),
            Value::List(values) => values.iter().for_each(|value| self.hear_value(dice, field, value)),
            _ => {}
        }
    }

    pub(crate) fn keep(&mut self, dice: &mut Dice, field: &str, text: &str) {
        let kept = match form(text) {
            Some(form) => self.names.entry(form).or_default(),
            None => self.texts.entry(field.to_owned()).or_default(),
        };
        if kept.iter().any(|known| known == text) {
            return;
        }
        if kept.len() < KEPT {
            kept.push(text.to_owned());
        } else {
            text.clone_into(&mut kept[dice.below(KEPT)]);
        }
    }

    /// A text that stood in a field of this name.
    pub(crate) fn text(&self, dice: &mut Dice, field: &str) -> Option<String> {
        let texts = self.texts.get(field)?;
        Some(dice.one_of(texts).clone())
    }

    /// The name of a resource of this form, or of one within it; of those in `mailbox` if there are any.
    pub(crate) fn name(&self, dice: &mut Dice, wanted: &str, mailbox: &str) -> Option<String> {
        if let Some(names) = self.names.get(wanted) {
            let there: Vec<&String> = names.iter().filter(|name| name.starts_with(mailbox)).collect();
            return Some(if there.is_empty() { dice.one_of(names) } else { *dice.one_of(&there) }.clone());
        }
        let (parent, last) = wanted.rsplit_once('/')?;
        let names = self.names.get(parent)?;
        Some(format!("{}/{last}", dice.one_of(names)))
    }
}

/// What a name has in common with others of its kind: "mailboxes/*/messages/*"; nothing if the text is no name.
fn form(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('/').collect();
    let is_name = parts.len() > 1 && parts.iter().all(|part| !part.is_empty() && !part.contains(char::is_whitespace));
    is_name.then(|| {
        parts.iter().enumerate().map(|(at, part)| if at % 2 == 1 { "*" } else { part }).collect::<Vec<_>>().join("/")
    })
}
