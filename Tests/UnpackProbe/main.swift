import Glibc
import ZipArchive

// usage: UnpackProbe ARCHIVE DIRECTORY
// Unpacks one archive and prints the result: a process of its own, so that tests can kill it.
let arguments = CommandLine.arguments
do {
  print(try Unpacker().unpack(ZipArchive(path: arguments[1]), to: arguments[2]))
} catch {
  print(error)
  exit(1)
}
