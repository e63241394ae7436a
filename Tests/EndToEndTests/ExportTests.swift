import Foundation
import TestTools
import Testing

extension EndToEnd {
  @Suite struct ExportTests {
    @Test(
      "--on-change runs on a change only, again after it failed, and readers never see an empty or half a file"
    )
    func onChange() async throws {
      try await World.run { world in
        try await Service.run(upstream: world.upstream, set: "retention: 1s") { service in
          try await service.startAndPublish()
          let file = service.folder.appending(path: "mcr.txt").path
          let runs = service.folder.appending(path: "runs").path
          let command = "echo $POSTERN_GENERATION >> '\(runs)'; test ! -e '\(runs).fail'"
          func export() async throws -> Int32 {
            try await service.postern("export", "mcr", "--output", file, "--comments", "--on-change", command)
              .status
          }
          func count() throws -> Int {
            try String(contentsOfFile: runs, encoding: .utf8).split(separator: "\n").count
          }
          #expect(try await export() == 0)
          #expect(try await export() == 0)
          #expect(try count() == 1)

          let stop = service.folder.appending(path: "stop").path
          let reader = Task {
            try await Tool.shell(
              """
              reads=0
              until [ -e "$2" ]; do
                content=$(cat "$1")
                [ "${content%%$'\\n'*}" ] && [ "${content: -1}" = 0 ] || { echo "half: $content" >&2; exit 1; }
                reads=$((reads + 1))
              done
              echo $reads
              """, [file, stop])
          }
          for round in 1...4 {
            try await world.move(to: (0..<round).map { "150.171.90.\(round * 20 + $0 * 2)" })
            let before = try await service.version()?.generation ?? 0
            try await eventually("generation \(before + 1)") {
              try await service.version()?.generation ?? 0 > before
            }
            #expect(try await export() == 0)
          }
          try Data().write(to: URL(filePath: stop))
          let read = try await reader.value
          #expect(read.status == 0, "\(read.errors)")

          try await eventually("a quiet set") {
            let addresses = try await service.addresses().filter { !$0.contains(":") }
            return addresses.count == 4
          }
          try Data().write(to: URL(filePath: runs + ".fail"))
          try await world.move(to: ["150.171.99.1"])
          try await eventually("the last generation") {
            try await service.addresses().filter { !$0.contains(":") } == ["150.171.99.1"]
          }
          #expect(try await export() == 1, "the command's failure shows")
          let failed = try count()
          try FileManager.default.removeItem(atPath: runs + ".fail")
          #expect(try await export() == 0)
          #expect(try count() == failed + 1, "what failed runs again although the file is the same")
          #expect(try await export() == 0)
          #expect(try count() == failed + 1)
        }
      }
    }
  }
}
