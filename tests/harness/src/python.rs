//! What the tests have that is written in Python, servers and a client, each with an environment of its own under `target/tools`.

use anyhow::{Context as _, bail};
use engines::debian;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Python that has what `requirements.txt` in the folder `sources` asks for; made once. `missing` says what must be
/// installed where it can't be had.
pub(crate) fn with(sources: &Path, missing: &'static str) -> anyhow::Result<PathBuf> {
    let name = sources.file_name().context("a folder has a name")?;
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools");
    fs::create_dir_all(&tools)?;
    // Two test programs at once make it one after the other.
    let lock = fs::File::create(tools.join(name).with_extension("lock"))?;
    lock.lock()?;
    let (folder, requirements) = (tools.join(name), sources.join("requirements.txt"));
    let (python, made_from) = (folder.join("bin/python"), folder.join("made-from"));
    let wanted = fs::read_to_string(&requirements)?;
    if fs::read_to_string(&made_from).is_ok_and(|made| made == wanted) {
        return Ok(python);
    }
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv", "--clear"]).arg(&folder);
    if run(&mut venv, missing).is_err() {
        debian::install("python3-venv", missing)?;
        run(&mut venv, missing)?;
    }
    let mut pip = Command::new(&python);
    run(pip.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&requirements), missing)?;
    fs::write(made_from, wanted)?;
    Ok(python)
}

fn run(command: &mut Command, missing: &'static str) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output().context(missing)?;
    if !output.status.success() {
        bail!("{missing}:\n{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
