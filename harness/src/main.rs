//! `fieldkeep`: the command line of the harness.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use fieldkeep_harness::{codegen, crowd, demo, device, faults, inspect, measure, office, serve, sim};

/// Kept on the phone, sent once, told truly: the desktop harness.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Watch a technician's day in a basement work, and see the five promises checked.
    Demo(demo::Args),
    /// Run the reference server.
    Serve(serve::Args),
    /// Be one phone: commands in, one JSON line each, replies and events out.
    Device(device::Args),
    /// Be the office: commands in, one JSON line each, replies out.
    Office(office::Args),
    /// Look into a device's folder: what waits and why, open reviews, invariants that do not hold.
    Inspect(inspect::Args),
    /// Stand between a device and a server and break things on command.
    Faults(faults::Args),
    /// Make the classes of an app from its schema, in Kotlin and Swift.
    Codegen(codegen::Args),
    /// Measure the core against bare SQLite, and print a table.
    Bench(measure::Args),
    /// Let many phones work at once against one server, and see that each edit arrives once.
    Crowd(crowd::Args),
    /// Run whole worlds in virtual time, each from a seed, and see that no promise breaks.
    Sim(sim::Args),
    /// Take one measure of one side, for `bench`.
    #[command(hide = true)]
    BenchSide(measure::SideArgs),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Demo(args) => demo::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Device(args) => device::run(args),
        Command::Office(args) => office::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Faults(args) => faults::run(args),
        Command::Codegen(args) => codegen::run(args),
        Command::Bench(args) => measure::run(args),
        Command::Crowd(args) => crowd::run(&args),
        Command::Sim(args) => sim::run(&args),
        Command::BenchSide(args) => measure::run_side(args),
    }
}
