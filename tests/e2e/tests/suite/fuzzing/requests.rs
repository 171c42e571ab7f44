//! Requests as nobody plans them: in each field something known, something spoilt, something strange, or nothing.

use super::asked::{Comments, Need};
use super::known::Known;
use crate::dice::Dice;
use harness::Person;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};
use uuid::Uuid;

/// How deep messages lie in messages, at most.
const DEEPEST: usize = 8;
/// More than any list may have.
const TOO_MANY: usize = 1_200;

/// Texts that somebody forgot to think of.
const STRANGE: [&str; 22] = [
    "",
    " ",
    "\0",
    "\r\nBcc: all@example.dk",
    "' OR 1=1 --",
    "%00%2e%2e",
    "../../etc/passwd",
    "mailboxes/",
    "mailboxes/me/messages/-",
    "mailboxes/me/accesses/me",
    "////",
    "-",
    "\u{202e}neraK",
    "K\u{308}\u{308}\u{308}\u{308}ren",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "\u{feff}Karen",
    "{\"a\":",
    "9999999999",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "NULL",
];
const NUMBERS: [i64; 16] = [
    0,
    1,
    2,
    50,
    -1,
    300,
    100_000,
    999_999_999,
    1_000_000_000,
    1_795_348_800,
    253_402_300_799,
    253_402_300_800,
    -62_135_596_801,
    i32::MAX as i64,
    i64::MAX,
    i64::MIN,
];
/// Of these mostly: what a caller would write.
const USUAL_NUMBERS: [i64; 6] = [0, 1, 2, 10, 50, 1_795_348_800];
const PATHS: [&str; 3] = ["show_public_post_in_e_boks", "show_public_post_in_mit_dk", "name"];
const DAYS: [&str; 5] = ["2026-11-22", "2026-11-23", "2027-06-30", "2099-06-30", "2026-11-21"];

/// What requests are made from.
pub(crate) struct Requests<'r> {
    /// How many of a hundred values are other than the field asks for.
    pub(crate) strange: usize,
    pub(crate) dice: &'r mut Dice,
    pub(crate) known: &'r Known,
    pub(crate) people: &'r [Person],
    pub(crate) comments: &'r Comments,
    /// The mailbox that it is about, mostly.
    pub(crate) mailbox: String,
    /// Whether the caller is a citizen, and whether they call their mailbox "me".
    pub(crate) is_citizen: bool,
    pub(crate) says_me: bool,
}

impl Requests<'_> {
    pub(crate) fn message(&mut self, descriptor: &MessageDescriptor, depth: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        let alone: Vec<_> = descriptor.fields().filter(|field| field.containing_oneof().is_none()).collect();
        let chosen: Vec<_> = descriptor.oneofs().map(|choice| choice.fields().collect::<Vec<_>>()).collect();
        let chosen: Vec<_> = chosen.iter().map(|fields| self.dice.one_of(fields).clone()).collect();
        for field in alone.into_iter().chain(chosen) {
            let there = match self.comments.of(&field).need {
                _ if field.containing_oneof().is_some() => 98,
                // Only at a desk somebody attends.
                _ if field.name() == "attendance" => {
                    if self.is_citizen {
                        self.strange
                    } else {
                        95
                    }
                }
                Need::Required => 100 - self.strange / 5,
                Need::Optional => 40,
                Need::Output => self.strange / 5,
            };
            if depth >= DEEPEST || !self.dice.percent(there) {
                continue;
            }
            let value = if field.is_list() {
                let length = *self.dice.one_of(&[0, 1, 1, 1, 2, 3]);
                let length = if depth == 0 && self.dice.percent(self.strange / 20) { TOO_MANY } else { length };
                Value::List((0..length).map(|_| self.value(&field, depth)).collect())
            } else {
                self.value(&field, depth)
            };
            message.set_field(&field, value);
        }
        self.is_somebody(&mut message);
        message
    }

    /// A number and a name that go together, mostly.
    fn is_somebody(&mut self, message: &mut DynamicMessage) {
        if message.descriptor().get_field_by_name("cpr_number").is_some() && !self.dice.percent(self.strange) {
            let person = self.dice.one_of(self.people).clone();
            for (field, value) in
                [("cpr_number", person.cpr_number), ("first_name", person.first_name), ("last_name", person.last_name)]
            {
                if message.descriptor().get_field_by_name(field).is_some() {
                    message.set_field_by_name(field, Value::String(value));
                }
            }
        }
    }

    fn value(&mut self, field: &FieldDescriptor, depth: usize) -> Value {
        let strange = self.dice.percent(self.strange);
        let number = *if strange { self.dice.one_of(&NUMBERS) } else { self.dice.one_of(&USUAL_NUMBERS) };
        match field.kind() {
            Kind::String => Value::String(self.text(field, strange)),
            Kind::Bytes => Value::Bytes(self.text(field, strange).into_bytes().into()),
            Kind::Message(message) => Value::Message(self.message(&message, depth + 1)),
            Kind::Bool => Value::Bool(self.dice.percent(70)),
            Kind::Enum(choices) => {
                let meant = choices.values().map(|choice| choice.number()).filter(|choice| strange || *choice != 0);
                let meant: Vec<i32> = meant.chain([-1, 4_711].into_iter().filter(|_| strange)).collect();
                Value::EnumNumber(*self.dice.one_of(&meant))
            }
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(i32::try_from(number).unwrap_or(i32::MIN)),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(number),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(u32::try_from(number).unwrap_or(u32::MAX)),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(u64::try_from(number).unwrap_or(u64::MAX)),
            Kind::Float => Value::F32(f32::NAN),
            Kind::Double => Value::F64(f64::NEG_INFINITY),
        }
    }

    fn text(&mut self, field: &FieldDescriptor, strange: bool) -> String {
        match self.dice.below(if strange { 25 } else { 1 }) {
            0 => self.fitting(field),
            1..13 => {
                let text = self.fitting(field);
                self.spoilt(&text)
            }
            13..23 => (*self.dice.one_of(&STRANGE)).to_owned(),
            _ => "æ".repeat(*self.dice.one_of(&[65, 101, 513, 20_000])),
        }
    }

    /// What such a field is for.
    fn fitting(&mut self, field: &FieldDescriptor) -> String {
        let name = field.name();
        if name == "request_id" || name.ends_with("uuid") || name == "id" {
            // Now and then one that was used before.
            let number = u128::try_from(self.dice.below(if name == "request_id" { 5_000 } else { 200 })).unwrap();
            return Uuid::from_u128(0x0192_f0c1_2f4a_7cc3_98c4_0000_0000_0000 + number).to_string();
        }
        let asked = self.comments.of(field);
        let form = asked.form.as_deref().or((name == "names").then_some("mailboxes/*/messages/*"));
        if let Some(form) = form {
            let named = self.known.name(self.dice, form, &self.mailbox).unwrap_or_default();
            return if (asked.takes_me || name == "names") && self.says_me { of_the_caller(&named) } else { named };
        }
        match name {
            "page_token" | "resume_token" | "etag" if self.dice.percent(80) => String::new(),
            "new_cpr_number" => Person::of_crowd(50_000 + u32::try_from(self.dice.below(50_000)).unwrap()).cpr_number,
            _ if name.contains("cpr_number") => self.dice.one_of(self.people).cpr_number.clone(),
            _ if name.contains("email_address") => format!("person{}@example.dk", self.dice.below(20)),
            _ if name.ends_with("_date") || name.ends_with("_on") => (*self.dice.one_of(&DAYS)).to_owned(),
            "sha256" => "0123456789abcdef".repeat(4),
            "display_name" => "Kommunen.pdf".to_owned(),
            "paths" => (*self.dice.one_of(&PATHS)).to_owned(),
            "code" => format!("{:06}", self.dice.below(1_000_000)),
            "municipality_code" => "0461".to_owned(),
            "cvr_number" | "sender_cvr_number" => "29189668".to_owned(),
            "link_url" | "url" => "https://www.borger.dk/".to_owned(),
            "legal_basis" | "identification_description" => String::new(),
            "query" => "afgørelse".to_owned(),
            _ => self.known.text(self.dice, name).unwrap_or_else(|| "Brev".to_owned()),
        }
    }

    fn spoilt(&mut self, text: &str) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        let at = self.dice.below(letters.len() + 1);
        match self.dice.below(4) {
            0 => letters.insert(at, *self.dice.one_of(&['a', '/', '\u{0}', ' ', 'Æ', '-', '9', '\u{301}'])),
            1 => letters.truncate(at),
            2 => letters.extend_from_within(..at),
            _ => letters.iter_mut().for_each(|letter| *letter = letter.to_ascii_uppercase()),
        }
        letters.into_iter().collect()
    }
}

/// The same in the caller's own mailbox.
fn of_the_caller(name: &str) -> String {
    let Some(rest) = name.strip_prefix("mailboxes/") else { return name.to_owned() };
    rest.split_once('/').map_or_else(|| "mailboxes/me".to_owned(), |(_, rest)| format!("mailboxes/me/{rest}"))
}

/// A request as a person can read it, to find out why a test fails.
pub(crate) fn written_out(message: &DynamicMessage) -> String {
    let fields = message.fields().map(|(field, value)| format!("{}: {}", field.name(), value_written_out(value)));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
}

fn value_written_out(value: &Value) -> String {
    match value {
        Value::Message(message) => written_out(message),
        Value::List(values) => format!("[{}]", values.iter().map(value_written_out).collect::<Vec<_>>().join(", ")),
        value => format!("{value:?}"),
    }
}
