import Testing
@testable import FieldkeepPhone
