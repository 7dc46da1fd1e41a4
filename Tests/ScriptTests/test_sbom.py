"""The bill of materials: what is linked is listed, with the versions that the distribution has, or it is an error."""

import hashlib
import subprocess
import sys
import unittest

from support import TOP, FolderTest

sys.path.insert(0, str(TOP / "scripts/packaging"))

import release
import sbom

# As lld writes its map.
MAP = """\
             VMA              LMA     Size Align Out     In      Symbol
          2c5000           2c5000      1d3     1 .text
          2c5000           2c5000       20    16         {c_library}:(.text)
          2c5020           2c5020       20    16         /work/.build-layer/libraries/lib/libcurl.a(libcurl_la-url.o):(.text)
          2c5040           2c5040       20    16         /work/.build-layer/libraries/lib/libcrypto.a(libcrypto-lib-e_aes.o):(.text.a)
          2c5060           2c5060       20    16         /work/.build-static/release/Keras.build/Dot.swift.o:(.text)
          2c5080           2c5080       20     1         <internal>:(.rodata)
{more}"""
BUILT = "openssl 3.0.20-1~deb12u2, NOT THE NEWEST: the source of 3.0.22-1~deb12u2 cannot be fetched\ncurl 7.88.1-10\n"


class BillTests(FolderTest):
    def document(self, more=""):
        c_library = subprocess.run(["gcc", "-print-file-name=libc.a"], capture_output=True, text=True).stdout.strip()
        text = MAP.format(c_library=f"{c_library}(exit.o)", more=more)
        return sbom.document(text, b"bootstrap", sbom.built_versions(BUILT))

    def test_what_is_linked_is_listed(self):
        document = self.document()
        listed = {one["name"]: one for one in document["components"]}
        self.assertEqual(list(listed), ["curl", "glibc", "openssl"])
        self.assertEqual(listed["openssl"]["version"], "3.0.20-1~deb12u2")
        self.assertEqual(listed["openssl"]["licenses"], [{"expression": "Apache-2.0"}])
        self.assertEqual(document["dependencies"], [{"ref": "bootstrap", "dependsOn": list(listed)}])
        application = document["metadata"]["component"]
        self.assertEqual(application["hashes"][0]["content"], hashlib.sha256(b"bootstrap").hexdigest())
        self.assertEqual(application["version"], release.version())

    @unittest.skipUnless(sbom.distribution() in ("debian", "ubuntu"), "this is neither Debian nor Ubuntu")
    def test_versions_are_the_distribution_s(self):
        command = ["dpkg-query", "-W", "-f=${source:Version}", "libc6-dev"]
        expected = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        [library] = [one for one in self.document()["components"] if one["name"] == "glibc"]
        self.assertEqual(library["version"], expected)
        self.assertTrue(library["purl"].startswith(f"pkg:deb/{sbom.distribution()}/glibc@"), library["purl"])

    def test_what_nobody_knows_is_an_error(self):
        line = " 2c6000 2c6000 20 16         {}:(.text)\n"
        for file in ("/usr/lib/libnew.a(new.o)", "/work/.build-static/release/FlyingFox.build/HTTPServer.swift.o"):
            with self.assertRaisesRegex(sbom.Unknown, "does not say whose"):
                self.document(line.format(file))
        with self.assertRaisesRegex(sbom.Unknown, "version of libpng"):
            self.document(line.format("/nowhere/libpng16.a(png.o)"))

    def test_components_own_each_file_once(self):
        names = ["libz.a", "libc.a", "libm-2.36.a", "libgcc_eh.a", "libstdc++.a", "crt1.o", "crtbeginT.o", "swiftrt.o"]
        owners = [next(iter(sbom.components([f"/lib/{name}"]))) for name in names]
        self.assertEqual(owners, ["zlib", "glibc", "glibc", "gcc", "gcc", "glibc", "gcc", "swift"])


if __name__ == "__main__":
    unittest.main()
