//! Compiles proto/ without protoc, and turns our own options into Rust tables.
//!
//! A method that does not say who may call it, or an error reason without its code and sentences, does not build.

use prost_reflect::{DescriptorPool, DynamicMessage, Value};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let root = Path::new("../../proto");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut compiler = protox::Compiler::new([root])?;
    compiler.include_imports(true).include_source_info(true).open_files(protos(&root.join("digitalpost"))?)?;

    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Encoded by protox, because the prost types drop options they do not know.
    let descriptors = compiler.encode_file_descriptor_set();
    let pool = DescriptorPool::decode(descriptors.as_slice())?;
    fs::write(out.join("methods.rs"), methods(&pool)?)?;
    fs::write(out.join("reasons.rs"), reasons(&pool)?)?;
    fs::write(out.join("descriptors.bin"), &descriptors)?;

    tonic_prost_build::configure()
        // Messages carry CPR numbers and letters: none of them can be printed.
        .skip_debug(messages(&pool))
        .bytes(".")
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}

fn protos(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(protos(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The paths of all messages and of the choices in them.
fn messages(pool: &DescriptorPool) -> Vec<String> {
    let names = |message: prost_reflect::MessageDescriptor| {
        let choices: Vec<String> = message.oneofs().map(|choice| format!(".{}", choice.full_name())).collect();
        choices.into_iter().chain([format!(".{}", message.full_name())])
    };
    pool.all_messages().flat_map(names).collect()
}

/// The table of methods: who may call each.
fn methods(pool: &DescriptorPool) -> Result<String> {
    let callers =
        pool.get_extension_by_name("digitalpost.core.v1.callers").ok_or("no option digitalpost.core.v1.callers")?;
    let mut table = String::from("pub static METHODS: &[Method] = &[\n");
    for service in pool.services() {
        for method in service.methods() {
            let path = format!("/{}/{}", service.full_name(), method.name());
            let options = method.options();
            let rule = match options.get_extension(&callers).into_owned() {
                Value::Message(rule) if options.has_extension(&callers) => rule,
                _ => {
                    return Err(
                        format!("{path} does not say who may call it: option (digitalpost.core.v1.callers)").into()
                    );
                }
            };
            let (kinds, services, for_user) =
                (numbers(&rule, "kinds"), strings(&rule, "services"), flag(&rule, "for_user"));
            if kinds.is_empty() || kinds.contains(&0) {
                return Err(format!("{path} names no kind of caller").into());
            }
            let for_services = kinds.contains(&SERVICE);
            if for_services == services.is_empty() || (for_user && !for_services) {
                return Err(format!("{path}: services and for_user belong to the kind SERVICE").into());
            }
            let kinds: Vec<String> = kinds.iter().map(|kind| format!("{kind}")).collect();
            let streams = method.is_client_streaming() || method.is_server_streaming();
            writeln!(
                table,
                "    Method {{ path: {path:?}, kinds: &[{}], services: &{services:?}, for_user: {for_user}, streams: {streams} }},",
                kinds.join(", ")
            )?;
        }
    }
    Ok(table + "];\n")
}

/// CALLER_KIND_SERVICE.
const SERVICE: i32 = 6;

/// The table of error reasons: what belongs to each.
fn reasons(pool: &DescriptorPool) -> Result<String> {
    let info = pool.get_extension_by_name("digitalpost.error.v1.info").ok_or("no option digitalpost.error.v1.info")?;
    let reasons = pool.get_enum_by_name("digitalpost.error.v1.ErrorReason").ok_or("no ErrorReason")?;
    let mut table = String::from("pub static REASONS: &[ReasonInfo] = &[\n");
    for value in reasons.values().filter(|value| value.number() != 0) {
        let options = value.options();
        let info = match options.get_extension(&info).into_owned() {
            Value::Message(found) if options.has_extension(&info) => found,
            _ => {
                return Err(format!(
                    "{} lacks its code and sentences: option (digitalpost.error.v1.info)",
                    value.name()
                )
                .into());
            }
        };
        let (code, da, en) = (text(&info, "code"), text(&info, "message_da"), text(&info, "message_en"));
        if da.is_empty() || en.is_empty() {
            return Err(format!("{} lacks a sentence", value.name()).into());
        }
        let name = value.name().strip_prefix("ERROR_REASON_").ok_or("a value without its prefix")?;
        let code = code_variant(&code).ok_or_else(|| format!("{name}: {code:?} is no gRPC code"))?;
        writeln!(
            table,
            "    ReasonInfo {{ number: {}, name: {name:?}, code: tonic::Code::{code}, metadata: &{:?}, da: {da:?}, en: {en:?} }},",
            value.number(),
            strings(&info, "metadata")
        )?;
    }
    Ok(table + "];\n")
}

fn code_variant(code: &str) -> Option<&'static str> {
    Some(match code {
        "CANCELLED" => "Cancelled",
        "INVALID_ARGUMENT" => "InvalidArgument",
        "DEADLINE_EXCEEDED" => "DeadlineExceeded",
        "NOT_FOUND" => "NotFound",
        "ALREADY_EXISTS" => "AlreadyExists",
        "PERMISSION_DENIED" => "PermissionDenied",
        "RESOURCE_EXHAUSTED" => "ResourceExhausted",
        "FAILED_PRECONDITION" => "FailedPrecondition",
        "ABORTED" => "Aborted",
        "OUT_OF_RANGE" => "OutOfRange",
        "UNIMPLEMENTED" => "Unimplemented",
        "INTERNAL" => "Internal",
        "UNAVAILABLE" => "Unavailable",
        "DATA_LOSS" => "DataLoss",
        "UNAUTHENTICATED" => "Unauthenticated",
        _ => return None,
    })
}

fn field(message: &DynamicMessage, name: &str) -> Option<Value> {
    message.get_field_by_name(name).map(std::borrow::Cow::into_owned)
}

fn list(message: &DynamicMessage, name: &str) -> Vec<Value> {
    match field(message, name) {
        Some(Value::List(values)) => values,
        _ => Vec::new(),
    }
}

fn numbers(message: &DynamicMessage, name: &str) -> Vec<i32> {
    list(message, name).iter().filter_map(Value::as_enum_number).collect()
}

fn strings(message: &DynamicMessage, name: &str) -> Vec<String> {
    list(message, name).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn text(message: &DynamicMessage, name: &str) -> String {
    field(message, name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn flag(message: &DynamicMessage, name: &str) -> bool {
    field(message, name).and_then(|value| value.as_bool()).unwrap_or_default()
}
