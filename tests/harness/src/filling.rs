//! Requests with something in every field, made from the API's descriptors so that no RPC and no field is left out.

use crate::canary::Canaries;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, Value,
};
use std::collections::HashSet;

/// How deep messages lie in messages, at most.
const DEEPEST: usize = 16;

/// How the texts of a request are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Words, whatever the field is for: most are refused.
    Words,
    /// Where a field asks for a number, an address, a code or a day, one of these.
    Fitting,
}

/// Every RPC of ours, by its path.
///
/// # Panics
/// When the descriptors can't be read.
pub fn methods() -> Vec<(String, MethodDescriptor)> {
    let pool = DescriptorPool::decode(api::FILE_DESCRIPTOR_SET).expect("descriptors");
    let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
    methods.map(|method| (format!("/{}/{}", method.parent_service().full_name(), method.name()), method)).collect()
}

/// Requests of `method` that together choose everything that can be chosen, each text a canary.
pub fn requests(method: &MethodDescriptor, form: Form, canaries: &mut Canaries) -> Vec<DynamicMessage> {
    let mut filling = Filling { method: method.full_name(), form, canaries, chosen: HashSet::new() };
    let mut requests = Vec::new();
    loop {
        requests.push(filling.message(&method.input(), 0));
        if !filling.leaves_out(&method.input()) {
            return requests;
        }
    }
}

struct Filling<'c> {
    method: &'c str,
    form: Form,
    canaries: &'c mut Canaries,
    /// The choices that were made so far, by the names of their fields.
    chosen: HashSet<String>,
}

impl Filling<'_> {
    fn message(&mut self, descriptor: &MessageDescriptor, depth: usize) -> DynamicMessage {
        assert!(depth < DEEPEST, "{} lies in itself", descriptor.full_name());
        let mut message = DynamicMessage::new(descriptor.clone());
        let alone = descriptor.fields().filter(|field| field.containing_oneof().is_none());
        let chosen = descriptor.oneofs().filter_map(|choice| {
            let open = choice.fields().find(|field| self.is_open(field));
            open.or_else(|| choice.fields().next())
        });
        let (alone, chosen): (Vec<_>, Vec<_>) = (alone.collect(), chosen.collect());
        self.chosen.extend(chosen.iter().map(|field| field.full_name().to_owned()));
        for field in alone.into_iter().chain(chosen) {
            assert!(!field.is_map(), "{}: a map, which is not filled yet", field.full_name());
            let value = self.value(&field, depth);
            let value = if field.is_list() { Value::List(vec![value, self.value(&field, depth)]) } else { value };
            message.set_field(&field, value);
        }
        message
    }

    /// Whether something in `descriptor` was not chosen yet.
    fn leaves_out(&self, descriptor: &MessageDescriptor) -> bool {
        descriptor.oneofs().any(|choice| choice.fields().any(|field| self.is_open(&field)))
            || descriptor.fields().any(|field| self.hides_choices(&field))
    }

    fn is_open(&self, field: &FieldDescriptor) -> bool {
        !self.chosen.contains(field.full_name()) || self.hides_choices(field)
    }

    fn hides_choices(&self, field: &FieldDescriptor) -> bool {
        matches!(field.kind(), Kind::Message(message) if self.leaves_out(&message))
    }

    fn value(&mut self, field: &FieldDescriptor, depth: usize) -> Value {
        match field.kind() {
            Kind::String => Value::String(self.text(field)),
            Kind::Bytes => Value::Bytes(self.word(field).into_bytes().into()),
            Kind::Message(message) => Value::Message(self.message(&message, depth + 1)),
            Kind::Bool => Value::Bool(true),
            Kind::Enum(choices) => Value::EnumNumber(i32::from(choices.values().len() > 1)),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(1),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(1),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(1),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(1),
            Kind::Float => Value::F32(1.0),
            Kind::Double => Value::F64(1.0),
        }
    }

    fn text(&mut self, field: &FieldDescriptor) -> String {
        let place = self.place(field);
        if self.form == Form::Words {
            return self.canaries.word(&place);
        }
        match field.name() {
            name if name.contains("cpr_number") => self.canaries.cpr_number(&place),
            name if name.contains("email_address") => self.canaries.address(&place),
            name if name.ends_with("_date") || name == "expires_on" => "2099-06-30".to_owned(),
            "code" => {
                let code = format!("{:06}", 100_000 + self.canaries.len() * 7);
                self.canaries.plant(&place, code)
            }
            "parent" => "mailboxes/me".to_owned(),
            _ => self.canaries.word(&place),
        }
    }

    fn word(&mut self, field: &FieldDescriptor) -> String {
        let place = self.place(field);
        self.canaries.word(&place)
    }

    fn place(&self, field: &FieldDescriptor) -> String {
        format!("{} of {}", field.full_name(), self.method)
    }
}
