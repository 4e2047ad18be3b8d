//! `fieldkeep codegen`: the classes that an app works with, made from its schema. A misspelt field or a choice that there
//! is not does not compile then.

mod folder;
mod kotlin;
mod names;
mod shape;
mod swift;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use fieldkeep::schema::Schema;

use folder::Generated;

/// The command line.
#[derive(clap::Args)]
pub struct Args {
    /// The schema, a JSON file.
    schema: PathBuf,
    /// Write Kotlin classes into this folder.
    #[arg(long, value_name = "DIR", required_unless_present = "swift")]
    kotlin: Option<PathBuf>,
    /// The package of the Kotlin classes.
    #[arg(long, value_name = "NAME", default_value = "fieldkeep.model")]
    kotlin_package: String,
    /// Write Swift types into this folder.
    #[arg(long, value_name = "DIR")]
    swift: Option<PathBuf>,
    /// Write nothing; say what is not fresh, and fail then.
    #[arg(long)]
    check: bool,
}

/// Exit code 1: something is not fresh, or could not be written. 2: the schema is not usable.
#[must_use]
pub fn run(args: Args) -> ExitCode {
    let schema = match read_schema(&args.schema) {
        Ok(schema) => schema,
        Err(words) => {
            eprintln!("{}: {words}", args.schema.display());
            return ExitCode::from(2);
        }
    };
    let mut outcomes = Vec::new();
    if let Some(folder) = &args.kotlin {
        outcomes.push(deliver(folder, &kotlin::files(&schema, &args.kotlin_package), args.check));
    }
    if let Some(folder) = &args.swift {
        outcomes.push(deliver(folder, &swift::files(&schema), args.check));
    }
    if outcomes.into_iter().all(|fine| fine) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// All that would be written for a schema, as pairs of a file's name and its text.
pub(crate) fn files(schema: &Schema) -> impl Iterator<Item = (String, String)> {
    let all = kotlin::files(schema, "fieldkeep.model").into_iter().chain(swift::files(schema));
    all.map(|file| (file.name, file.text))
}

fn read_schema(path: &Path) -> Result<Schema, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Schema::from_json(&text).map_err(|error| error.to_string())
}

fn deliver(folder: &Path, files: &[Generated], check: bool) -> bool {
    let place = folder.display();
    if check {
        return match folder::stale(folder, files) {
            Ok(names) if names.is_empty() => true,
            Ok(names) => {
                eprintln!("{place}: not fresh: {}. Run `fieldkeep codegen` again.", names.join(", "));
                false
            }
            Err(error) => complain(&error),
        };
    }
    match folder::write(folder, files) {
        Ok(changed) => {
            println!("{place}: {} files, {changed} changed", files.len());
            true
        }
        Err(error) => complain(&error),
    }
}

fn complain(error: &folder::FolderError) -> bool {
    eprintln!("{error}");
    false
}
