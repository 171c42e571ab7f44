//! What each field asks for, as the API's own comments say it to people.

use prost_reflect::{DescriptorPool, FieldDescriptor, FileDescriptor};
use std::collections::HashMap;

/// What is said of one field.
#[derive(Default)]
pub(crate) struct Asked {
    /// The form of the names that it takes, such as "mailboxes/*/folders/*".
    pub(crate) form: Option<String>,
    /// Whether "me" may stand for the caller's own mailbox.
    pub(crate) takes_me: bool,
    pub(crate) need: Need,
}

/// Whether it has to be there.
#[derive(Clone, Copy, Default)]
pub(crate) enum Need {
    Required,
    #[default]
    Optional,
    /// It is the answer's.
    Output,
}

/// By the full names of the fields.
pub(crate) struct Comments(HashMap<String, Asked>);

impl Comments {
    pub(crate) fn read() -> Self {
        let pool = DescriptorPool::decode(api::FILE_DESCRIPTOR_SET).unwrap();
        let mut fields = HashMap::new();
        for file in pool.files() {
            let comments = comments(&file);
            let messages = pool.all_messages().filter(|message| message.parent_file() == file);
            for field in messages.flat_map(|message| message.fields().collect::<Vec<_>>()) {
                if let Some(comment) = comments.get(field.path()) {
                    fields.insert(field.full_name().to_owned(), asked(comment));
                }
            }
        }
        Self(fields)
    }

    pub(crate) fn of(&self, field: &FieldDescriptor) -> &Asked {
        const NOTHING: &Asked = &Asked { form: None, takes_me: false, need: Need::Optional };
        self.0.get(field.full_name()).unwrap_or(NOTHING)
    }

    /// How many fields take names.
    pub(crate) fn names(&self) -> usize {
        self.0.values().filter(|asked| asked.form.is_some()).count()
    }
}

fn comments(file: &FileDescriptor) -> HashMap<Vec<i32>, String> {
    let places = file.file_descriptor_proto().source_code_info.clone().unwrap_or_default().location;
    places.into_iter().map(|place| (place.path.clone(), place.leading_comments().to_owned())).collect()
}

fn asked(comment: &str) -> Asked {
    // The first thing in quotes that has places to fill in.
    let quoted = comment.split('"').skip(1).step_by(2).find(|quoted| quoted.contains('{'));
    let form = quoted.map(|quoted| {
        let parts = quoted.split('/').map(|part| if part.starts_with('{') { "*" } else { part });
        parts.collect::<Vec<_>>().join("/")
    });
    let need = match comment.trim_start() {
        comment if comment.starts_with("Required") => Need::Required,
        comment if comment.starts_with("Output only") => Need::Output,
        _ => Need::Optional,
    };
    Asked { form, takes_me: comment.contains("mailboxes/me") || comment.contains("\"me\""), need }
}
