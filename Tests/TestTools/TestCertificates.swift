package import Foundation

/// Certificates made by openssl for one test: an authority, servers and clients, good and not.
package struct TestCertificates: Sendable {
  package let folder: URL

  /// The path of one of its files.
  package func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Makes `ca`, `other-ca`, `server`, `server2` (another certificate of the same names), `client` (with an
  /// alternative name), `plain-client` (only a common name), `stranger` (by the other authority), `expired` and
  /// `expired-server`, each with .pem and .key.
  package static func make(in folder: URL) async throws -> TestCertificates {
    let script = """
      cd "$1"
      key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
      authority() { key "$1"; openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 3650 -out "$1.pem"; }
      issue() { # name subject extensions days authority
        key "$1"; openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
        openssl x509 -req -in "$1.csr" -CA "$5.pem" -CAkey "$5.key" -CAcreateserial -days "$4" \\
          -extfile <(printf '%b' "$3") -out "$1.pem"
      }
      authority ca; authority other-ca
      names='subjectAltName=IP:127.0.0.1,DNS:localhost\\nextendedKeyUsage=serverAuth'
      issue server /CN=localhost "$names" 90 ca
      issue server2 /CN=localhost "$names" 10 ca
      client='extendedKeyUsage=clientAuth'
      issue client /CN=someone "subjectAltName=DNS:fw1.example.com\\n$client" 90 ca
      issue plain-client '/O=Site/CN=FortiGate 60F' "$client" 90 ca
      issue stranger /CN=fw1.example.com "subjectAltName=DNS:fw1.example.com\\n$client" 90 other-ca
      touch index; echo 77 > serial
      printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\nserial=serial\\nnew_certs_dir=.\\ndefault_md=sha256\\npolicy=p\\n[p]\\ncommonName=supplied\\n' > ca.cnf
      expired() { # name subject extensions
        key "$1"; openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
        openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in "$1.csr" -out "$1.pem" -notext \\
          -startdate 20200101000000Z -enddate 20210101000000Z -extfile <(printf '%b' "$3")
      }
      expired expired /CN=fw1.example.com "$client"
      expired expired-server /CN=localhost "$names"
      """
    let outcome = try await Tool.shell(script, [folder.path])
    guard outcome.status == 0 else { throw Failure(description: outcome.errors) }
    return TestCertificates(folder: folder)
  }

  struct Failure: Error, CustomStringConvertible { let description: String }
}
