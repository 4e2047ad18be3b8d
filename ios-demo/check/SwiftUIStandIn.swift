// swift-format-ignore-file
// A stand-in for SwiftUI with what the views of this app use, so that they can be type-checked where there is no Apple
// SDK. It draws nothing and is part of no app. That a view passes here says that it uses its models rightly; it does not
// say that Apple's SwiftUI takes it.
@_exported import Foundation
@_exported import Observation

// What views are made of.

@MainActor @preconcurrency public protocol View {
    associatedtype Body: View
    @ViewBuilder var body: Body { get }
}

public protocol Primitive: View where Body == Never {}

extension Primitive {
    public var body: Never { return fatalError("a stand-in draws nothing") }
}

extension Never: View {
    public var body: Never { return fatalError("a stand-in draws nothing") }
}

public struct Several<Content>: Primitive {}
public struct OneOf<First, Second>: Primitive {}

@MainActor @resultBuilder public struct ViewBuilder {
    public static func buildBlock<each Content: View>(
        _ content: repeat each Content
    ) -> Several<(repeat each Content)> { Several() }
    public static func buildIf<Content: View>(_ content: Content?) -> Several<Content?> { Several() }
    public static func buildEither<A: View, B: View>(first: A) -> OneOf<A, B> { OneOf() }
    public static func buildEither<A: View, B: View>(second: B) -> OneOf<A, B> { OneOf() }
}

// The app and its window.

@MainActor @preconcurrency public protocol Scene {}

@MainActor @preconcurrency public protocol App {
    associatedtype Body: Scene
    init()
    var body: Body { get }
}

extension App {
    public static func main() {}
}

public struct WindowGroup: Scene {
    public init(@ViewBuilder content: () -> some View) {}
}

public enum ScenePhase: Sendable { case background, inactive, active }

public struct EnvironmentValues {
    public var scenePhase: ScenePhase { .active }
}

// Where values come from.

@propertyWrapper public struct Environment<Value> {
    public init(_ path: KeyPath<EnvironmentValues, Value>) {}
    public var wrappedValue: Value { fatalError("a stand-in has no values") }
}

@propertyWrapper public struct Binding<Value> {
    public init(get: @escaping () -> Value, set: @escaping (Value) -> Void) {}
    public var wrappedValue: Value {
        get { fatalError("a stand-in has no values") }
        nonmutating set {}
    }
    public var projectedValue: Binding<Value> { self }
}

@propertyWrapper public struct State<Value> {
    public init(wrappedValue: Value) {}
    public init(initialValue: Value) {}
    public var wrappedValue: Value {
        get { fatalError("a stand-in has no values") }
        nonmutating set {}
    }
    public var projectedValue: Binding<Value> { fatalError("a stand-in has no values") }
}

@dynamicMemberLookup @propertyWrapper public struct Bindable<Value: AnyObject & Observable> {
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
    public var wrappedValue: Value
    public var projectedValue: Bindable<Value> { self }
    public subscript<Member>(dynamicMember path: ReferenceWritableKeyPath<Value, Member>) -> Binding<Member> {
        fatalError("a stand-in has no values")
    }
}

// Texts and what a person touches.

public struct Text: Primitive {
    public init(_ words: some StringProtocol) {}
}

public enum Axis: Sendable { case horizontal, vertical }

public struct TextField: Primitive {
    public init(_ title: some StringProtocol, text: Binding<String>) {}
    public init(_ title: some StringProtocol, text: Binding<String>, axis: Axis) {}
}

public struct SecureField: Primitive {
    public init(_ title: some StringProtocol, text: Binding<String>) {}
}

public struct ButtonRole: Sendable {
    public static let destructive = ButtonRole()
}

public struct Button: Primitive {
    public init(_ title: some StringProtocol, action: @escaping @MainActor () -> Void) {}
    public init(_ title: some StringProtocol, role: ButtonRole?, action: @escaping @MainActor () -> Void) {}
    public init(action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> some View) {}
}

public struct ShareLink: Primitive {
    public init(_ title: some StringProtocol, item: URL) {}
}

public struct Picker: Primitive {
    public init(
        _ title: some StringProtocol, selection: Binding<some Hashable>, @ViewBuilder content: () -> some View
    ) {}
}

public struct DatePickerComponents: Sendable {
    public static let date = DatePickerComponents()
}

public struct DatePicker: Primitive {
    public init(
        _ title: some StringProtocol, selection: Binding<Date>, displayedComponents: DatePickerComponents
    ) {}
}

public struct ProgressView: Primitive {
    public init() {}
}

// How they stand together.

public enum HorizontalAlignment: Sendable { case leading, center }

public struct VStack: Primitive {
    public init(alignment: HorizontalAlignment = .center, spacing: Double? = nil, @ViewBuilder content: () -> some View)
    {}
}

public struct HStack: Primitive {
    public init(@ViewBuilder content: () -> some View) {}
}

public struct List: Primitive {
    public init(@ViewBuilder content: () -> some View) {}
}

public struct Form: Primitive {
    public init(@ViewBuilder content: () -> some View) {}
}

public struct Section: Primitive {
    public init(@ViewBuilder content: () -> some View) {}
    public init(_ title: some StringProtocol, @ViewBuilder content: () -> some View) {}
}

public struct ForEach: Primitive {
    public init<Data: RandomAccessCollection>(
        _ data: Data, @ViewBuilder content: @escaping (Data.Element) -> some View
    ) where Data.Element: Identifiable {}
    public init<Data: RandomAccessCollection>(
        _ data: Data, id: KeyPath<Data.Element, some Hashable>,
        @ViewBuilder content: @escaping (Data.Element) -> some View
    ) {}
}

public struct NavigationStack: Primitive {
    public init(@ViewBuilder root: () -> some View) {}
    public init<Path: MutableCollection & RandomAccessCollection & RangeReplaceableCollection>(
        path: Binding<Path>, @ViewBuilder root: () -> some View
    ) where Path.Element: Hashable {}
}

// How they look.

public struct Color: Sendable, Primitive {
    nonisolated init() {}
    public static let red = Color()
    public static let orange = Color()
    public static let gray = Color()
    public static let secondary = Color()
    public func opacity(_ share: Double) -> Color { self }
}

public enum Font: Sendable { case title2, headline, subheadline, caption }
public enum ButtonStyleStandIn: Sendable { case plain, borderless }
public enum PickerStyleStandIn: Sendable { case segmented }
public enum VerticalEdge: Sendable { case top, bottom }
public enum Visibility: Sendable { case automatic, visible, hidden }

// What is said about a view. Each hands back the view itself.
extension View {
    public func font(_ font: Font?) -> some View { self }
    public func foregroundStyle(_ colour: Color) -> some View { self }
    public func background(_ colour: Color) -> some View { self }
    public func padding(_ length: Double? = nil) -> some View { self }
    public func buttonStyle(_ style: ButtonStyleStandIn) -> some View { self }
    public func pickerStyle(_ style: PickerStyleStandIn) -> some View { self }
    public func disabled(_ isDisabled: Bool) -> some View { self }
    public func autocorrectionDisabled() -> some View { self }
    public func tag(_ value: some Hashable) -> some View { self }
    public func navigationTitle(_ title: some StringProtocol) -> some View { self }
    public func navigationDestination<Data: Hashable>(
        for data: Data.Type, @ViewBuilder destination: @escaping (Data) -> some View
    ) -> some View { self }
    public func toolbar(@ViewBuilder content: () -> some View) -> some View { self }
    public func safeAreaInset(edge: VerticalEdge, @ViewBuilder content: () -> some View) -> some View { self }
    public func sheet(
        isPresented: Binding<Bool>, @ViewBuilder content: @escaping () -> some View
    ) -> some View { self }
    public func alert(
        _ title: some StringProtocol, isPresented: Binding<Bool>, @ViewBuilder actions: () -> some View
    ) -> some View { self }
    public func confirmationDialog(
        _ title: some StringProtocol, isPresented: Binding<Bool>, titleVisibility: Visibility,
        @ViewBuilder actions: () -> some View, @ViewBuilder message: () -> some View
    ) -> some View { self }
    public func task(_ action: @escaping @Sendable @MainActor () async -> Void) -> some View { self }
    public func onChange<Value: Equatable>(
        of value: Value, _ action: @escaping (_ old: Value, _ new: Value) -> Void
    ) -> some View { self }
}
