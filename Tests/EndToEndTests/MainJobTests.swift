import Foundation
import TestSupport
import Testing

/// An image put into S3 ends up with class labels in its metadata.
@Suite(.enabled(if: Deployment.isPossible, Deployment.hint), .serialized)
struct MainJobTests {
  @Test func photosGetLabels() async throws {
    let scratch = try Deployment.prepare(Deployment.twoModels)
    for model in ["squeezenet.h5", "face-mask.h5"] {
      try Deployment.copy("models/" + model, to: "models/" + model, scratch)
    }
    for labels in ["imagenet.txt", "face-mask.txt"] {
      try Deployment.copy("labels/" + labels, to: "function/" + labels, scratch)
    }
    try await Deployment.run(scratch) { deployment in
      try await deployment.aws(
        "s3", "cp", Fixtures.demoData + "/photos", "s3://images/new/", "--recursive", "--metadata", "owner=me"
      )
      try await deployment.settle()
      // ClassifierTests compares the labels of the same photos with Keras.
      try await deployment.python(
        """
        cat = metadata("new/chelsea.png")
        same(cat["category"], "Egyptian cat")
        same(cat["face-mask"], "no mask")
        same([item.split("=")[0] for item in cat["category-top"].split(";")], ["Egyptian cat", "tiger cat", "tabby"])
        assert cat["category-top"].startswith("Egyptian cat=" + cat["category-score"])
        coffee = metadata("new/coffee.png")
        same((coffee["category"], coffee["category-score"]), ("espresso", "0.9995"))
        for photo in os.listdir(photos):
            answer = head("new/" + photo)
            same(set(answer["Metadata"]), {
                "owner", "thimble", "category", "category-score", "category-top", "face-mask", "face-mask-score"})
            same(answer["Metadata"]["owner"], "me")
            same(answer["ContentType"], "image/png" if photo.endswith("png") else "image/jpeg")
            same(s3.get_object(Bucket="images", Key="new/" + photo)["Body"].read(), open(f"{photos}/{photo}", "rb").read())
        """)
      // One write for each, whose own event ends at the HEAD.
      let statuses = try await deployment.statuses
      let photos = try FileManager.default.contentsOfDirectory(atPath: Fixtures.demoData + "/photos")
      #expect(
        statuses.sorted() == photos.flatMap { ["new/\($0) skipped", "new/\($0) tagged"] }.sorted(),
        "\(deployment.log.text)")
    }
  }

  /// Everything else that an object had is as it was.
  @Test func theRestIsKept() async throws {
    let scratch = try Deployment.prepare(Deployment.oneModel())
    try Deployment.copy("means.h5", to: "models/means.h5", scratch)
    try await Deployment.run(scratch) { deployment in
      try await deployment.python(
        """
        put("a.png", picture(255, 0, 51), ContentType="image/x-png", CacheControl="max-age=5", ContentLanguage="de",
            ContentDisposition='attachment; filename="a b.png"', StorageClass="STANDARD_IA",
            Metadata={"camera": "x100", "colour": "stale"}, Tagging="album=summer&public=no")
        """)
      try await deployment.settle()
      try await deployment.python(
        """
        answer = head("a.png")
        entries = answer["Metadata"]
        marker = entries.pop("thimble")
        assert len(marker) == 33 and marker[17:] == answer["ETag"].strip('"')[:16], marker
        same(entries, {"camera": "x100", "colour": "red", "colour-score": "1.0000"})
        same(answer["ContentType"], "image/x-png")
        same(answer["CacheControl"], "max-age=5")
        same(answer["ContentLanguage"], "de")
        same(answer["ContentDisposition"], 'attachment; filename="a b.png"')
        same(answer["StorageClass"], "STANDARD_IA")
        tags = s3.get_object_tagging(Bucket="images", Key="a.png")["TagSet"]
        same({tag["Key"]: tag["Value"] for tag in tags}, {"album": "summer", "public": "no"})
        """)
      #expect(try await deployment.statuses == ["a.png tagged", "a.png skipped"])
    }
  }

  @Test func keysAndUploadsOfAllKinds() async throws {
    let scratch = try Deployment.prepare(Deployment.oneModel())
    try Deployment.copy("means.h5", to: "models/means.h5", scratch)
    let keys = ["this im + age.png", "100%.png", "ü/日本 語.png", "a//b.png", "q?x=1&y#z.png", "parts.jpg"]
    try await Deployment.run(scratch) { deployment in
      try await deployment.python(
        """
        for key in \(keys.dropLast()):
            put(key, picture(0, 0, 255))
        # In parts, so that the ETag is not an MD5 before the copy.
        body = io.BytesIO(picture(0, 255, 0, (64, 64), "JPEG") + bytes(6 << 20))
        s3.upload_fileobj(body, "images", "parts.jpg", Config=TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))
        assert "-" in head("parts.jpg")["ETag"] or "thimble" in metadata("parts.jpg")
        """)
      try await deployment.settle()
      try await deployment.python(
        """
        for key in \(keys.dropLast()):
            same(metadata(key)["colour"], "blue")
        same(metadata("parts.jpg")["colour"], "green")
        """)
      #expect(
        try await deployment.statuses.sorted() == keys.flatMap { ["\($0) skipped", "\($0) tagged"] }.sorted())
    }
  }

  /// Configuration, labels and model all come in the sideload, which is unpacked once.
  @Test func sideload() async throws {
    let scratch = try Deployment.prepare(nil)
    try Deployment.copy("means.h5", to: "means.h5", scratch)
    let configuration = Deployment.oneModel("models/means.h5").replacing(
      "['red', 'green', 'blue']", with: "'labels.json'")
    for _ in 0..<2 {
      try await Deployment.run(scratch) { deployment in
        if !FileManager.default.fileExists(atPath: deployment.directory + "/function/sideload.zip") {
          try await deployment.python(
            """
            import zipfile
            with zipfile.ZipFile("\(deployment.directory)/function/sideload.zip", "w", zipfile.ZIP_DEFLATED) as file:
                file.writestr("thimble.json", \"""\(configuration)\""")
                file.writestr("labels.json", '["rot", "grün", "blau"]')
                file.write("\(deployment.directory)/means.h5", "models/means.h5")
            put("a.png", picture(0, 255, 0))
            """)
          try await deployment.settle()
          try await deployment.python(#"same(metadata("a.png")["colour"], "=?UTF-8?Q?gr=C3=BCn?=")"#)
          #expect(try await deployment.statuses == ["a.png tagged", "a.png skipped"])
        } else {
          // Another process finds its work done.
          let (answer, error) = try await deployment.invoke("a.png")
          let objects = try #require(answer["objects"] as? [[String: Any]])
          #expect(error == nil && objects[0]["reason"] as? String == "current")
        }
      }
    }
  }

  @Test func configurationAndSideloadInS3() async throws {
    let scratch = try Deployment.prepare(nil)
    try Deployment.copy("means.h5", to: "models/means.h5", scratch)
    try Data(Deployment.oneModel("means.h5", ", preload: true").utf8).write(
      to: URL(fileURLWithPath: scratch.path("models/thimble.json")))
    for _ in 0..<2 {
      try await Deployment.run(
        scratch,
        configure: {
          $0.environment = [
            "THIMBLE_CONFIG": "s3://models/thimble.json", "THIMBLE_SIDELOAD": "s3://models/side.zip",
          ]
        }
      ) { deployment in
        try await deployment.python(
          """
          import zipfile
          if not os.path.exists("\(deployment.directory)/models/side.zip"):
              with zipfile.ZipFile("\(deployment.directory)/models/side.zip", "w") as file:
                  file.write("\(deployment.directory)/models/means.h5", "means.h5")
          put("a.png", picture(0, 255, 0))
          """)
        try await deployment.settle()
        #expect(try await deployment.statuses == ["a.png tagged", "a.png skipped"])
      }
    }
    // The zip is not kept.
    let trees = try FileManager.default.contentsOfDirectory(atPath: scratch.path("work/tmp/thimble/sideload"))
    #expect(trees.count == 1 && trees.first?.hasSuffix(".zip") == false)
  }

  @Test func tagsAndMetadata() async throws {
    let scratch = try Deployment.prepare(
      Deployment.oneModel("s3://models/means.h5", ", output: {top: 3}").replacing(
        "]}", with: "], write: {to: 'both', prefix: 'x-'}}"))
    try Deployment.copy("means.h5", to: "models/means.h5", scratch)
    try await Deployment.run(scratch) { deployment in
      try await deployment.python(#"put("a.png", picture(0, 51, 255), Tagging="album=summer")"#)
      try await deployment.settle()
      try await deployment.python(
        """
        tags = {tag["Key"]: tag["Value"] for tag in s3.get_object_tagging(Bucket="images", Key="a.png")["TagSet"]}
        # Both have a marker: tags may be written by somebody slow after the metadata.
        assert tags.pop("thimble")
        same(tags, {
            "album": "summer", "x-colour": "blue", "x-colour-score": "1.0000",
            "x-colour-top": "blue=1.0000/green=0.2000/red=0.0000"})
        entries = metadata("a.png")
        assert entries.pop("thimble")
        same(entries, {
            "x-colour": "blue", "x-colour-score": "1.0000",
            "x-colour-top": "blue=1.0000;green=0.2000;red=0.0000"})
        """)
      #expect(try await deployment.statuses == ["a.png tagged", "a.png skipped"])
    }
  }

  /// The layer brings the bootstrap, the function only its configuration.
  @Test func layer() async throws {
    let scratch = try Deployment.prepare(
      Deployment.oneModel("s3://models/means.h5", ", when: {suffix: '.png'}"))
    try Deployment.copy("means.h5", to: "models/means.h5", scratch)
    try FileManager.default.createDirectory(atPath: scratch.path("layer"), withIntermediateDirectories: true)
    try FileManager.default.moveItem(
      atPath: scratch.path("function/bootstrap"), toPath: scratch.path("layer/bootstrap"))
    try await Deployment.run(scratch, configure: { $0.layer = scratch.path("layer") }) { deployment in
      try await deployment.python(
        """
        put("a.png", picture(0, 255, 0))
        put("notes.txt", b"no image")
        """)
      try await deployment.settle()
      #expect(try await deployment.statuses == ["a.png tagged", "a.png skipped", "notes.txt skipped"])
    }
  }
}
