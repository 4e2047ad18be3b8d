// `MEASURE FOLDER SCHEMA SERVER TOKEN COUNT`: one measure a process, one JSON line a measure. The same program in Rust is
// `harness/src/bench`; `cargo xtask bench` runs all in turn.
import Fieldkeep

let arguments = CommandLine.arguments
guard arguments.count == 7, let count = Int(arguments[6]) else {
    throw Fault("MEASURE FOLDER SCHEMA SERVER TOKEN COUNT")
}
let place = try Place(folder: arguments[2], schema: arguments[3], server: arguments[4], token: arguments[5])
let line =
    switch arguments[1] {
    case "get": try await measureReading(try await place.phone(), count: count)
    case "bare": try measureBareReading(place, count: count)
    case "save": try await measureSaving(try await place.phone(), count: count)
    case "watch-record": try await measureWatching(try await place.phone(), .record, .quiet, count: count)
    case "watch-record-pull": try await measureWatching(try await place.phone(), .record, .pull, count: count)
    case "watch-list": try await measureWatching(try await place.phone(), .list, .quiet, count: count)
    case "watch-list-pull": try await measureWatching(try await place.phone(), .list, .pull, count: count)
    case "memory": try await measureMemory(try await place.phone(), count: count)
    default: throw Fault("there is no measure \(arguments[1])")
    }
print(line)
