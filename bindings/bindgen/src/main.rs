//! Writes the Kotlin and Swift side of the bindings from a built library, with uniffi's own generators and their arguments:
//! `fieldkeep-bindgen generate --language kotlin …`, `fieldkeep-bindgen --swift-sources …`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Both generators read the command line themselves.
    match std::env::args().nth(1).as_deref() {
        Some("generate") => uniffi::uniffi_bindgen_main(),
        Some(option) if option.starts_with("--") => uniffi::uniffi_bindgen_swift(),
        _ => {
            eprintln!(
                "fieldkeep-bindgen generate --language kotlin … | --swift-sources … | --headers … | --modulemap …"
            );
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
