#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fieldkeep_harness::fuzzing::push_reply(input));
