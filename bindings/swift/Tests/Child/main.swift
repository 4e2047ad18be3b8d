// A second process for the tests: what one process cannot show about another. It says one line and then stays until its
// input ends or it is killed.
import Fieldkeep
import Foundation

struct Signed: Tokens {
    let text: String

    func current() -> AccessToken? { AccessToken(text: text, generation: 1) }

    func refresh(stale: UInt64) -> AccessToken? { nil }
}

func residentBytes() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return (Int(pages[1]) ?? 0) * 4096
}

/// Says one line at once.
func say(_ fields: [String: Any]) throws {
    let line = try JSONSerialization.data(withJSONObject: fields) + Data("\n".utf8)
    FileHandle.standardOutput.write(line)
}

/// Saves one customer and says its id as soon as the save has returned.
func save(_ keep: Fieldkeep, named name: String) async throws {
    let receipt = try await keep.commit(.newRecord("customer") { $0.text("name", name) })
    try say(["saved": receipt.records[0].text])
}

/// Makes that many customers, then reads them page by page. Says how many came, whether each came once and in order, and
/// by how much the process grew after the first pages.
func page(_ keep: Fieldkeep, count: Int) async throws {
    // Nothing is to be sent meanwhile.
    try await keep.conditions(Conditions(network: .none, battery: .ok))
    for first in stride(from: 0, to: count, by: 100) {
        let edits = (first..<min(first + 100, count)).map { number in
            Edit.newRecord("customer") { $0.text("name", String(format: "Customer %06d", number)) }
        }
        try await keep.commit(edits)
    }
    var (seen, pages, inOrder, mark, early) = (0, 0, true, String?.none, 0)
    repeat {
        let page = try await keep.find(
            Query("customer", sort: Sort(field: "name", descending: false), limit: 200, after: mark))
        for record in page.records {
            inOrder = inOrder && record.fields["name"] == .text(String(format: "Customer %06d", seen))
            seen += 1
        }
        mark = page.next
        pages += 1
        if pages == 20 { early = try residentBytes() }
    } while mark != nil
    try say(["seen": seen, "in_order": inOrder, "grown": try residentBytes() - early])
}

let arguments = CommandLine.arguments
let schema = try String(contentsOfFile: arguments[4], encoding: .utf8)
do {
    let keep = try await Fieldkeep.open(
        Options(
            folder: URL(fileURLWithPath: arguments[2]), user: "ana", schemaJSON: schema, server: arguments[3],
            tokens: Signed(text: arguments[5])))
    switch arguments[1] {
    case "save": try await save(keep, named: arguments[6])
    case "page": try await page(keep, count: Int(arguments[6]) ?? 0)
    default: try say(["opened": true])
    }
    while readLine() != nil {}
    await keep.close()
} catch OpenError.InUse {
    try say(["in_use": true])
}
