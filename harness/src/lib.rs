//! The desktop harness of Fieldkeep: the demo, a scriptable device and office, the reference server, a proxy that breaks
//! things, an inspector, the benchmark of the core, a crowd of phones, and what feeds all of it with nonsense.

pub mod codegen;
pub mod command_lines;
pub mod crowd;
pub mod dataset;
pub mod demo;
pub mod device;
pub mod faults;
pub mod fuzzing;
pub mod http_client;
pub mod inspect;
pub mod measure;
pub mod office;
pub mod program;
pub mod report;
pub mod serve;
pub mod signed_in;
pub mod sim;
pub mod stopwatch;
pub mod token_file;

mod private_file;
mod server_time;
