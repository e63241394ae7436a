import Synchronization

/// Who may do what. It is replaced whole when token files change; whoever keeps an answer of it compares `revision`.
package final class AccessList: Sendable {
  /// The field that carries a token beside `Authorization`, in lower case.
  package let tokenField: String
  private let state: Mutex<State>

  private struct State {
    var principals: [Principal]
    var revision = 0
  }

  /// - Parameter tokenField: a field name of RFC 9110 §5.6.2.
  package init(_ principals: [Principal] = [], tokenField: String = "x-postern-token") {
    self.tokenField = tokenField.lowercased()
    state = Mutex(State(principals: principals))
  }

  /// Everybody who is known now.
  package var principals: [Principal] { state.withLock { $0.principals } }

  /// Grows with each replacement.
  package var revision: Int { state.withLock { $0.revision } }

  /// Takes other principals in place of these.
  package func replace(_ principals: [Principal]) {
    state.withLock { state in
      guard state.principals != principals else { return }
      state.principals = principals
      state.revision += 1
    }
  }
}
