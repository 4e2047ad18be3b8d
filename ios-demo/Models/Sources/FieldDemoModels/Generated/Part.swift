// Made by `fieldkeep codegen` from schema version 1. Do not edit.
// swift-format-ignore-file

import Fieldkeep
import Foundation

/// Part. Added and put away, never changed.
public struct Part: Model, Identifiable, Equatable {
    public typealias ID = Ref<Part>
    public static let recordType = "part"

    public let record: Record
    public var id: ID { ID(record.id) }

    /// The record as this type; nil when it is of another one.
    public init?(_ record: Record) {
        guard record.recordType == Self.recordType else { return nil }
        self.record = record
    }

    /// Work order. Required.
    public var workOrder: WorkOrder.ID? { Columns.workOrder[record] }

    /// Name. Required.
    public var name: String? { Columns.name[record] }

    /// Part number.
    public var partNumber: String? { Columns.partNumber[record] }

    /// Quantity. Required.
    public var quantity: Decimal? { Columns.quantity[record] }

    /// Unit price.
    public var unitPrice: Decimal? { Columns.unitPrice[record] }

    /// The fields by name and type, for lists.
    public enum Columns {
        public static let workOrder = SortableColumn<WorkOrder.ID>.reference("work_order", label: "Work order")
        public static let name = SortableColumn<String>.text("name", label: "Name")
        public static let partNumber = SortableColumn<String>.text("part_number", label: "Part number")
        public static let quantity = SortableColumn<Decimal>.decimal("quantity", label: "Quantity")
        public static let unitPrice = SortableColumn<Decimal>.decimal("unit_price", label: "Unit price")
    }

    /// What an edit sets. A field that is not touched stays as it is; nil empties it.
    public struct Changes: ModelChanges {
        public var edits: FieldEdits

        public init(shown: Record?) { edits = FieldEdits(shown: shown) }

        /// Work order. Required.
        public var workOrder: WorkOrder.ID? {
            get { edits[Columns.workOrder] }
            set { edits[Columns.workOrder] = newValue }
        }

        /// Name. Required.
        public var name: String? {
            get { edits[Columns.name] }
            set { edits[Columns.name] = newValue }
        }

        /// Part number.
        public var partNumber: String? {
            get { edits[Columns.partNumber] }
            set { edits[Columns.partNumber] = newValue }
        }

        /// Quantity. Required.
        public var quantity: Decimal? {
            get { edits[Columns.quantity] }
            set { edits[Columns.quantity] = newValue }
        }

        /// Unit price.
        public var unitPrice: Decimal? {
            get { edits[Columns.unitPrice] }
            set { edits[Columns.unitPrice] = newValue }
        }
    }

    /// An edit that makes a record.
    public static func create(
        workOrder: WorkOrder.ID,
        name: String,
        quantity: Decimal,
        id: ID? = nil,
        _ more: (inout Changes) -> Void = { _ in }
    ) -> Edit {
        var changes = Changes(shown: nil)
        changes.workOrder = workOrder
        changes.name = name
        changes.quantity = quantity
        more(&changes)
        return created(id: id, changes)
    }
}
