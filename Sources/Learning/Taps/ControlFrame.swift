/// A control frame of Frame Streams: a type and fields (`fstrm/control.h`).
struct ControlFrame {
  let type: UInt32
  /// The content types that it names; the only kind of field that there is.
  let contentTypes: [String]

  static let start: UInt32 = 2
  static let stop: UInt32 = 3
  static let ready: UInt32 = 4

  /// ACCEPT with our content type, as it goes on the wire.
  static let accept: [UInt8] = {
    let name = Array(FrameStream.contentType.utf8)
    return number(0) + number(UInt32(name.count + 12)) + number(1) + number(1) + number(UInt32(name.count))
      + name
  }()
  /// FINISH, as it goes on the wire.
  static let finish: [UInt8] = number(0) + number(4) + number(5)

  /// Reads what stands behind the length.
  init(_ octets: UnsafeRawBufferPointer) throws(FrameStreamError) {
    guard octets.count >= 4 else { throw .badControl }
    type = FrameStream.number(octets, 0)
    var contentTypes = [String]()
    var offset = 4
    while offset < octets.count {
      guard octets.count - offset >= 8 else { throw .badControl }
      let field = FrameStream.number(octets, offset)
      let length = Int(FrameStream.number(octets, offset + 4))
      offset += 8
      guard length <= octets.count - offset else { throw .badControl }
      if field == 1 {
        contentTypes.append(String(decoding: octets[offset..<offset + length], as: UTF8.self))
      }
      offset += length
    }
    self.contentTypes = contentTypes
  }

  /// A sender may offer several.
  func requireContentType() throws(FrameStreamError) {
    guard contentTypes.contains(FrameStream.contentType) else {
      throw .contentType(contentTypes.joined(separator: ", "))
    }
  }

  private static func number(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }
}
