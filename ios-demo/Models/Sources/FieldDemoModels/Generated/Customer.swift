// Made by `fieldkeep codegen` from schema version 1. Do not edit.
// swift-format-ignore-file

import Fieldkeep
import Foundation

/// Customer.
public struct Customer: Model, Identifiable, Equatable {
    public typealias ID = Ref<Customer>
    public static let recordType = "customer"

    public let record: Record
    public var id: ID { ID(record.id) }

    /// The record as this type; nil when it is of another one.
    public init?(_ record: Record) {
        guard record.recordType == Self.recordType else { return nil }
        self.record = record
    }

    /// Name. Required.
    public var name: String? { Columns.name[record] }

    /// Phone.
    public var phone: String? { Columns.phone[record] }

    /// City.
    public var city: String? { Columns.city[record] }

    /// Billing contact.
    public var billingContact: String? { Columns.billingContact[record] }

    /// The fields by name and type, for lists.
    public enum Columns {
        public static let name = SortableColumn<String>.text("name", label: "Name")
        public static let phone = SortableColumn<String>.phone("phone", label: "Phone")
        public static let city = SortableColumn<String>.text("city", label: "City")
        public static let billingContact = SortableColumn<String>.text("billing_contact", label: "Billing contact")
    }

    /// What an edit sets. A field that is not touched stays as it is; nil empties it.
    public struct Changes: ModelChanges {
        public var edits: FieldEdits

        public init(shown: Record?) { edits = FieldEdits(shown: shown) }

        /// Name. Required.
        public var name: String? {
            get { edits[Columns.name] }
            set { edits[Columns.name] = newValue }
        }

        /// Phone.
        public var phone: String? {
            get { edits[Columns.phone] }
            set { edits[Columns.phone] = newValue }
        }

        /// City.
        public var city: String? {
            get { edits[Columns.city] }
            set { edits[Columns.city] = newValue }
        }

        /// Billing contact.
        public var billingContact: String? {
            get { edits[Columns.billingContact] }
            set { edits[Columns.billingContact] = newValue }
        }
    }

    /// An edit that makes a record.
    public static func create(
        name: String,
        id: ID? = nil,
        _ more: (inout Changes) -> Void = { _ in }
    ) -> Edit {
        var changes = Changes(shown: nil)
        changes.name = name
        more(&changes)
        return created(id: id, changes)
    }
}

extension Customer: EditableModel {}
