//! Writes the Kotlin and Swift side of the bindings from a built library, with uniffi's own generators and their arguments:
//! `fieldkeep-bindgen generate --language kotlin … --out-dir OUT`, `fieldkeep-bindgen --swift-sources LIBRARY OUT …`. The
//! comments come from Rust, so afterwards what only rustdoc understands is put into plain words.

mod comments;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Both generators read the command line themselves.
    match arguments.first().map(String::as_str) {
        Some("generate") => uniffi::uniffi_bindgen_main(),
        Some(option) if option.starts_with("--") => uniffi::uniffi_bindgen_swift(),
        _ => {
            eprintln!(
                "fieldkeep-bindgen generate --language kotlin … | --swift-sources … | --headers … | --modulemap …"
            );
            return ExitCode::from(2);
        }
    }
    match out_folder(&arguments).map_or(Ok(()), |folder| comments::tidy(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the comments stay as Rust has them: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where the generator wrote: after `--out-dir`, or the second of `--swift-sources LIBRARY OUT`.
fn out_folder(arguments: &[String]) -> Option<PathBuf> {
    let at = |option: &str| arguments.iter().position(|argument| argument == option);
    let place = at("--out-dir").map(|at| at + 1).or_else(|| at("--swift-sources").map(|at| at + 2))?;
    arguments.get(place).map(PathBuf::from)
}
