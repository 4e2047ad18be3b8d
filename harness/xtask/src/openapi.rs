//! The reference server says what `docs/openapi.yaml` says: schemathesis asks it all that the document allows and forbids.

use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::run::Outcome;
use crate::schemathesis;
use crate::served::Served;
use crate::workspace::{Workspace, show};

/// Cases of each path beyond those that the document itself names: half a minute in all.
const CASES: &str = "100";
/// Seconds after which an answer counts as none.
const PATIENCE: &str = "10";
/// A server that answers nothing any more shall not hold the task for long.
const MOST_FAILURES: &str = "12";

/// Runs schemathesis against a server of its own.
pub(crate) fn check(workspace: &Workspace) -> Result<Outcome, Failure> {
    let program = schemathesis::ensure(workspace)?;
    let folder = workspace.target()?.join("openapi");
    let mut served = Served::start(workspace, &folder)?;
    let mut asks = Command::new(program);
    asks.arg("--config-file").arg(workspace.root.join("docs/schemathesis.toml"));
    asks.arg("run").arg(workspace.root.join("docs/openapi.yaml")).args(["--url", &served.url]);
    asks.args(["--phases", "examples,coverage,fuzzing", "--generation-deterministic"]);
    asks.args(["--max-examples", CASES, "--request-timeout", PATIENCE, "--max-failures", MOST_FAILURES]);
    asks.env("SCHEMATHESIS_HOOKS", workspace.root.join("harness/xtask/schemathesis_hooks.py"));
    // It leaves notes of its own where it runs.
    asks.env("FIELDKEEP_TOKEN", &served.token).current_dir(&folder).stdin(Stdio::null());
    show(&mut asks)?;
    if served.has_ended() {
        return Err(Failure::new("the server ended while it was asked"));
    }
    Ok(Outcome::Done)
}
