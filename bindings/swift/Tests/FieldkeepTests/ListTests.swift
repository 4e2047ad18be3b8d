import Fieldkeep
import Foundation
import Testing

extension Behaviours {
    @Suite(.timeLimit(.minutes(10))) struct Lists {}
}

extension Behaviours.Lists {
    @Test("B37 words are found in any spelling, and an edit counts at once")
    func b37() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let bakery = try await phone.customer("Bäckerei Łódź")
            try await phone.customer("Hansa")
            func found(_ words: String) async throws -> [String?] {
                let untyped = try await phone.find(Query("customer", search: words)).records.map(\.id)
                let typed = try await phone.find(Customer.list(search: words)).models
                #expect(typed.map(\.id.record) == untyped)
                return typed.map(\.name)
            }
            #expect(try await found("ŁÓDŹ back") == ["Bäckerei Łódź"])
            #expect(try await found("back hansa") == [])
            try await phone.edit(phone.record(bakery)) { $0.text("name", "Café") }
            #expect(try await found("cafe") == ["Café"])
            #expect(try await found("backerei") == [])
        }
    }

    @Test("B14 a list is filtered, sorted and paged; a watched list follows")
    func b14() async throws {
        try await Site.with { site in
            let phone = try await site.phone()
            let leaves = try await phone.customer("B 17")
            try await phone.synced(leaves)
            try await phone.conditions(offline)
            for number in (10..<35).reversed() {
                try await phone.customer("A \(number)")
            }
            let only = Filter(field: "name", test: .below(.text("B")))
            var query = Query("customer", filters: [only], sort: Sort(field: "name", descending: true), limit: 10)
            var (names, sizes) = ([String](), [Int]())
            repeat {
                let page = try await phone.find(query)
                names += page.records.compactMap { $0.fields["name"]?.asText }
                sizes.append(page.records.count)
                query.after = page.next
            } while query.after != nil
            #expect(names == (10..<35).reversed().map { "A \($0)" })
            #expect(sizes == [10, 10, 5])

            var pages = phone.watch(Query("customer", sort: Sort(field: "name", descending: true), limit: 2))
                .makeAsyncIterator()
            #expect(try await pages.names() == ["B 17", "A 34"])
            try await phone.customer("C 01")
            #expect(try await pages.names() == ["C 01", "B 17"])
            try await phone.conditions(online)
            try await phone.commit(phone.record(leaves).archived())
            while try await pages.names() != ["C 01", "A 34"] {}
        }
    }

    @Test("B15 very many records page by page: 100,000 in the long form of the tests, else 20,000")
    func b15() async throws {
        let count = ProcessInfo.processInfo.environment["FIELDKEEP_LONG"] == nil ? 20_000 : 100_000
        try await Site.with { site in
            // A process of its own, so that its memory can be measured.
            let child = try site.child("page", "\(count)")
            let line = try await child.line()
            #expect(line["seen"].number == count)
            #expect(line["in_order"] == .bool(true))
            let grown = try #require(line["grown"].number)
            #expect(grown < 16 << 20, "grew by \(grown >> 20) MiB")
            await child.killed()
        }
    }
}

extension Updates<RecordPage>.Iterator {
    /// The names on the page that comes next.
    fileprivate mutating func names() async throws -> [String] {
        try await next()?.records.compactMap { $0.fields["name"]?.asText } ?? []
    }
}
