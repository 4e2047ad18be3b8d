// Made by `fieldkeep codegen` from schema version 1. Do not edit.
// swift-format-ignore-file

import Fieldkeep
import Foundation

/// Work order.
public struct WorkOrder: Model, Identifiable, Equatable {
    public typealias ID = Ref<WorkOrder>
    public static let recordType = "work_order"

    public let record: Record
    public var id: ID { ID(record.id) }

    /// The record as this type; nil when it is of another one.
    public init?(_ record: Record) {
        guard record.recordType == Self.recordType else { return nil }
        self.record = record
    }

    /// Number. Set by the server.
    public var number: String? { Columns.number[record] }

    /// Title. Required.
    public var title: String? { Columns.title[record] }

    /// Status. Required.
    public var status: Status? { Columns.status[record] }

    /// Priority.
    public var priority: Priority? { Columns.priority[record] }

    /// Customer. Required.
    public var customer: Customer.ID? { Columns.customer[record] }

    /// Due date.
    public var due: Day? { Columns.due[record] }

    /// Close date.
    public var closeDate: Day? { Columns.closeDate[record] }

    /// Billing contact.
    public var billingContact: String? { Columns.billingContact[record] }

    /// Description.
    public var description: String? { Columns.description[record] }

    /// Labor hours.
    public var laborHours: Decimal? { Columns.laborHours[record] }

    /// Site.
    public var site: Place? { Columns.site[record] }

    /// Tags.
    public var tags: Set<String>? { Columns.tags[record] }

    /// Assigned to.
    public var assignedTo: String? { Columns.assignedTo[record] }

    /// Status. Required.
    public enum Status: ChoiceValue {
        case assigned
        case inProgress
        case waitingForApproval
        case complete
        case cancelled
        /// A choice that a newer schema has: it is shown by its name, and cannot be saved.
        case unlisted(String)

        /// All choices, in declared order.
        public static let all: [Status] = [.assigned, .inProgress, .waitingForApproval, .complete, .cancelled]

        public init(name: String) {
            self = Self.all.first { $0.name == name } ?? .unlisted(name)
        }

        public var name: String {
            switch self {
            case .assigned: "assigned"
            case .inProgress: "in_progress"
            case .waitingForApproval: "waiting_for_approval"
            case .complete: "complete"
            case .cancelled: "cancelled"
            case .unlisted(let name): name
            }
        }

        public var label: String {
            switch self {
            case .assigned: "Assigned"
            case .inProgress: "In progress"
            case .waitingForApproval: "Waiting for approval"
            case .complete: "Complete"
            case .cancelled: "Cancelled"
            case .unlisted(let name): name
            }
        }
    }

    /// Priority.
    public enum Priority: ChoiceValue {
        case low
        case normal
        case urgent
        /// A choice that a newer schema has: it is shown by its name, and cannot be saved.
        case unlisted(String)

        /// All choices, in declared order.
        public static let all: [Priority] = [.low, .normal, .urgent]

        public init(name: String) {
            self = Self.all.first { $0.name == name } ?? .unlisted(name)
        }

        public var name: String {
            switch self {
            case .low: "low"
            case .normal: "normal"
            case .urgent: "urgent"
            case .unlisted(let name): name
            }
        }

        public var label: String {
            switch self {
            case .low: "Low"
            case .normal: "Normal"
            case .urgent: "Urgent"
            case .unlisted(let name): name
            }
        }
    }

    /// The fields by name and type, for lists.
    public enum Columns {
        public static let number = SortableColumn<String>.text("number", label: "Number")
        public static let title = SortableColumn<String>.text("title", label: "Title")
        public static let status = SortableColumn<Status>.choice("status", label: "Status")
        public static let priority = SortableColumn<Priority>.choice("priority", label: "Priority")
        public static let customer = SortableColumn<Customer.ID>.reference("customer", label: "Customer")
        public static let due = SortableColumn<Day>.day("due", label: "Due date")
        public static let closeDate = SortableColumn<Day>.day("close_date", label: "Close date")
        public static let billingContact = SortableColumn<String>.text("billing_contact", label: "Billing contact")
        public static let description = SortableColumn<String>.text("description", label: "Description")
        public static let laborHours = SortableColumn<Decimal>.decimal("labor_hours", label: "Labor hours")
        public static let site = Column<Place>.place("site", label: "Site")
        public static let tags = Column<Set<String>>.tags("tags", label: "Tags")
        public static let assignedTo = SortableColumn<String>.text("assigned_to", label: "Assigned to")
    }

    /// What an edit sets. A field that is not touched stays as it is; nil empties it.
    public struct Changes: ModelChanges {
        public var edits: FieldEdits

        public init(shown: Record?) { edits = FieldEdits(shown: shown) }

        /// Title. Required.
        public var title: String? {
            get { edits[Columns.title] }
            set { edits[Columns.title] = newValue }
        }

        /// Status. Required.
        public var status: Status? {
            get { edits[Columns.status] }
            set { edits[Columns.status] = newValue }
        }

        /// Priority.
        public var priority: Priority? {
            get { edits[Columns.priority] }
            set { edits[Columns.priority] = newValue }
        }

        /// Customer. Required.
        public var customer: Customer.ID? {
            get { edits[Columns.customer] }
            set { edits[Columns.customer] = newValue }
        }

        /// Due date.
        public var due: Day? {
            get { edits[Columns.due] }
            set { edits[Columns.due] = newValue }
        }

        /// Close date.
        public var closeDate: Day? {
            get { edits[Columns.closeDate] }
            set { edits[Columns.closeDate] = newValue }
        }

        /// Billing contact.
        public var billingContact: String? {
            get { edits[Columns.billingContact] }
            set { edits[Columns.billingContact] = newValue }
        }

        /// Description.
        public var description: String? {
            get { edits[Columns.description] }
            set { edits[Columns.description] = newValue }
        }

        /// Labor hours.
        public var laborHours: Decimal? {
            get { edits[Columns.laborHours] }
            set { edits[Columns.laborHours] = newValue }
        }

        /// Site.
        public var site: Place? {
            get { edits[Columns.site] }
            set { edits[Columns.site] = newValue }
        }

        /// Tags.
        public var tags: Set<String>? {
            get { edits[Columns.tags] }
            set { edits[Columns.tags] = newValue }
        }

        /// Assigned to.
        public var assignedTo: String? {
            get { edits[Columns.assignedTo] }
            set { edits[Columns.assignedTo] = newValue }
        }
    }

    /// An edit that makes a record.
    public static func create(
        title: String,
        status: Status,
        customer: Customer.ID,
        id: ID? = nil,
        _ more: (inout Changes) -> Void = { _ in }
    ) -> Edit {
        var changes = Changes(shown: nil)
        changes.title = title
        changes.status = status
        changes.customer = customer
        more(&changes)
        return created(id: id, changes)
    }
}

extension WorkOrder: EditableModel {}
