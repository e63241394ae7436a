package import Deciding

import DNS

/// A script for Windows Defender Firewall (build 20348 and newer) that makes or replaces the dynamic keyword address of the set;
/// rules name it with `-RemoteDynamicKeywordAddresses`. It is known by an id that is made from the set's name.
package struct PowerShellFormat: Format {
  package let id = "powershell"
  package let fileExtension = "ps1"
  package let mediaType = "text/plain; charset=utf-8"
  package let takes: Set<FormatOption> = .list.union([.name])
  package let products = ["Windows Defender Firewall"]

  /// It has no settings of its own: `RenderOptions` brings them all.
  package init() {}

  package func render(
    _ snapshot: Snapshot, _ options: RenderOptions, _ context: RenderContext
  ) throws(RenderError) -> [UInt8] {
    let entries = try entries(snapshot, options)
    var body = [UInt8]()
    body.reserveCapacity(entries.count * 46 + 1024)
    body.appendHeading("#", snapshot)
    body.append(
      text: """
        $ErrorActionPreference = 'Stop'
        $id = '{\(StableID(of: snapshot.set).text)}'
        $addresses = @(

        """)
    for (index, entry) in entries.all.enumerated() {
      body.append(text: index == 0 ? "'" : ",\n'")
      entry.appendText(to: &body)
      body.append(UInt8(ascii: "'"))
    }
    body.append(
      text: """

        ) -join ','
        if (Get-NetFirewallDynamicKeywordAddress -Id $id -ErrorAction SilentlyContinue) {
          Update-NetFirewallDynamicKeywordAddress -Id $id -Addresses $addresses
        } else {
          New-NetFirewallDynamicKeywordAddress -Id $id -Keyword '\(options.name ?? snapshot.set)' -Addresses $addresses
        }

        """)
    return body
  }
}
