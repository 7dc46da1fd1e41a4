import Imaging
import S3
import Testing

@testable import Classifier

struct ConfigurationTests {
  private func read(_ text: String) throws -> Configuration {
    try Configuration(json: text.utf8, file: "thimble.json")
  }

  @Test func everything() throws {
    let configuration = try read(
      """
      // A comment, and what else JSON5 allows.
      {
        models: [
          {
            name: 'category', source: "s3://models/category.h5?versionId=abc", labels: "category.TXT",
            input: {
              size: [224, 192], preprocess: { scale: [1, 2, 0.5], offset: -1 }, resize: "tf-area",
              fit: "pad", color: "bgr", exifOrientation: true,
            },
            output: { top: 5, threshold: 0.25, multiLabel: true, activation: "sigmoid" },
            when: { prefix: "products/", suffix: [".jpg", ".png"] },
            preload: true, onFailure: "mark",
          },
          {
            "name": "mask-2", "source": "models/mask.h5", "config": "models/mask.json",
            "labels": ["mask", "no mask"], "output": { "head": "gender" },
          },
        ],
        write: { to: "both", prefix: "ml-", acl: "keep" },
      }
      """)
    let first = ModelConfiguration(
      name: "category",
      source: .object(S3Location(bucket: "models", key: "category.h5", versionID: "abc")),
      labels: .file(.path("category.TXT")),
      input: InputConfiguration(
        size: InputConfiguration.Size(height: 224, width: 192),
        preprocess: .affine(scale: [1, 2, 0.5], offset: [-1]),
        resize: .tfArea, fit: .pad, color: .bgr, exifOrientation: true),
      output: OutputConfiguration(top: 5, threshold: 0.25, multiLabel: true, activation: .sigmoid),
      when: Route(prefixes: ["products/"], suffixes: [".jpg", ".png"]), preload: .always, onFailure: .mark)
    let second = ModelConfiguration(
      name: "mask-2", source: .path("models/mask.h5"), config: .path("models/mask.json"),
      labels: .list(["mask", "no mask"]), output: OutputConfiguration(head: .name("gender")))
    #expect(
      configuration
        == Configuration(
          models: [first, second], write: WriteConfiguration(to: .both, prefix: "ml-", acl: .keep)))
  }

  /// Both spellings of a class mean, and are digested as, the same; their order plays no part.
  @Test func classes() throws {
    func configuration(_ classes: String) throws -> Configuration {
      try read("{models: [{name: 'a', source: 'a.h5', classes: \(classes)}]}")
    }
    let short = try configuration(
      "{Mine: 'Dropout', B: {class: 'LayerNormalization', config: {epsilon: 0.5}}}")
    let long = try configuration(
      "{B: {config: {epsilon: 0.5}, class: 'LayerNormalization'}, Mine: {class: 'Dropout', config: {}}}")
    #expect(short == long && short.digest == long.digest)
    let classes = try #require(short.models.first).customObjects.classes
    #expect(classes["Mine"] == .init(className: "Dropout"))
    #expect(classes["B"]?.config["epsilon"] == .real(0.5))
    let other = try configuration("{Mine: 'Dropout', B: {class: 'LayerNormalization', config: {epsilon: 1}}}")
    #expect(short.digest != other.digest)
    #expect(try configuration("{}").digest == read("{models: [{name: 'a', source: 'a.h5'}]}").digest)
  }

  @Test func lambdas() throws {
    let configuration = try read("{models: [{name: 'a', source: 'a.h5', lambdas: {it: 'tf.square'}}]}")
    #expect(configuration.models.first?.customObjects.lambdas == ["it": "tf.square"])
    #expect(try configuration.digest != read("{models: [{name: 'a', source: 'a.h5'}]}").digest)
  }

  @Test func defaults() throws {
    let configuration = try read(#"{"models": [{"name": "a", "source": "a.h5"}]}"#)
    let model = try #require(configuration.models.first)
    #expect(model.labels == .list([]))
    // `keras.utils.load_img`'s.
    #expect(model.input.resize == nil && model.input.fit == nil && model.input.preprocess == nil)
    #expect(model.input.size == nil && model.input.color == nil && model.input.exifOrientation == nil)
    #expect(model.output == OutputConfiguration())
    #expect(model.output.labelLimit == 1 && model.output.leastScore == 0 && model.output.activation == nil)
    #expect(model.when.matches("anything") && model.preload == .auto && model.onFailure == .fail)
    #expect(configuration.write == WriteConfiguration(to: .metadata, prefix: "", acl: .refuse))
    let several = OutputConfiguration(multiLabel: true)
    #expect(several.labelLimit == .max && several.leastScore == 0.5)
  }

  /// A model's members, and what the error says.
  @Test(arguments: [
    ("input: {resise: 'nearest'}", "models[0].input.resise", "did you mean \"resize\"?"),
    ("lables: []", "models[0].lables", "did you mean \"labels\"?"),
    ("input: {resize: 'bilinaer'}", "models[0].input.resize", "did you mean \"bilinear\"?"),
    ("input: {resize: 3}", "models[0].input.resize", "a string should be here, not a number"),
    ("input: {fit: 'cover'}", "models[0].input.fit", "Known are: stretch, crop, pad, fit"),
    ("input: {color: 'gray'}", "models[0].input.color", "did you mean \"grayscale\"?"),
    ("input: {size: 224}", "models[0].input.size", "a list"),
    ("input: {size: [224]}", "models[0].input.size", "[height, width]"),
    ("input: {size: [224, 0]}", "models[0].input.size[1]", "1 to 8192"),
    ("input: {size: [224, 224.5]}", "models[0].input.size[1]", "whole number"),
    ("input: {preprocess: 'Tf'}", "models[0].input.preprocess", "did you mean \"tf\"?"),
    ("input: {preprocess: {mean: 1}}", "models[0].input.preprocess.mean", "scale, offset"),
    ("input: {preprocess: {scale: ['1']}}", "models[0].input.preprocess.scale", "numbers"),
    ("input: {preprocess: {scale: 1e39}}", "models[0].input.preprocess.scale", "is out of range"),
    ("input: {preprocess: 1}", "models[0].input.preprocess", "not a number"),
    ("input: {preprocess: {scale: [1, 2]}, color: 'rgb'}", "models[0].input", "needs 1 or 3"),
    ("input: {preprocess: 'caffe', color: 'bgr'}", "models[0].input", "needs color rgb"),
    ("input: {exifOrientation: 'yes'}", "models[0].input.exifOrientation", "true or false"),
    ("input: []", "models[0].input", "an object {...} should be here, not a list"),
    ("output: {top: 0}", "models[0].output.top", "at least 1"),
    ("output: {top: 1.5}", "models[0].output.top", "whole number"),
    ("output: {threshold: 50}", "models[0].output.threshold", "from 0 to 1"),
    ("output: {multilabel: true}", "models[0].output.multilabel", "did you mean \"multiLabel\"?"),
    ("labels: 'labels.csv'", "models[0].labels", ".txt file"),
    ("labels: []", "models[0].labels", "empty"),
    ("labels: ['a', 1]", "models[0].labels[1]", "not a number"),
    ("labels: ['a', 'b\\n']", "models[0].labels[1]", "control character"),
    ("labels: ['']", "models[0].labels[0]", "empty"),
    ("labels: {a: 1}", "models[0].labels", "1 labels are numbered from 0 to 0"),
    ("labels: {}", "models[0].labels", "empty"),
    ("labels: true", "models[0].labels", "not true or false"),
    ("output: {activation: 'sotfmax'}", "models[0].output.activation", "did you mean \"softmax\"?"),
    ("labels: 's3:/x.txt', when: {prefix: ''}", "models[0].when.prefix", "leave it out"),
    ("when: {suffix: []}", "models[0].when.suffix", "leave it out"),
    ("when: {suffix: [1]}", "models[0].when.suffix", "list of strings"),
    ("when: {bucket: 'x'}", "models[0].when.bucket", "Known are: prefix, suffix"),
    ("preload: 1", "models[0].preload", "\"auto\", true or false should be here, not a number"),
    ("preload: 'atuo'", "models[0].preload", "there is no \"atuo\"; known is: auto, true and false"),
    ("preload: 'true'", "models[0].preload", "without quotation marks"),
    ("classes: []", "models[0].classes", "an object {...} should be here, not a list"),
    ("classes: {Mine: 'Dropuot'}", "models[0].classes.Mine", "did you mean \"Dropout\"?"),
    (
      "classes: {Mine: 1}", "models[0].classes.Mine",
      "a class' name, or an object, should be here, not a number"
    ),
    ("classes: {Mine: {}}", "models[0].classes.Mine.class", "this is needed"),
    ("classes: {Mine: {class: 'Lambada'}}", "models[0].classes.Mine.class", "did you mean \"Lambda\"?"),
    (
      "classes: {Mine: {class: 'ReLU', confg: {}}}", "models[0].classes.Mine.confg",
      "did you mean \"config\"?"
    ),
    ("classes: {Mine: {class: 'ReLU', config: 1}}", "models[0].classes.Mine.config", "not a number"),
    ("lambdas: []", "models[0].lambdas", "an object {...} should be here, not a list"),
    ("lambdas: {it: 1}", "models[0].lambdas.it", "a string should be here, not a number"),
    ("onFailure: 'marks'", "models[0].onFailure", "did you mean \"mark\"?"),
    ("onFailure: true", "models[0].onFailure", "a string should be here, not true or false"),
    ("onfailure: 'mark'", "models[0].onfailure", "did you mean \"onFailure\"?"),
  ])
  func mistakesInModels(members: String, place: String, reason: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try read("{models: [{name: 'a', source: 'a.h5', \(members)}]}")
    }
    #expect(error?.place == place && error?.file == "thimble.json")
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test(arguments: [
    ("{models: []}", "models", "at least one"),
    ("{}", "models", "at least one"),
    ("[]", "", "an object"),
    ("{model: []}", "model", "did you mean \"models\"?"),
    ("{models: {}}", "models", "a list"),
    ("{models: [1]}", "models[0]", "an object"),
    ("{models: [{}]}", "models[0].name", "needed"),
    ("{models: [{name: 'a'}]}", "models[0].source", "needed"),
    ("{models: [{name: 'A', source: 'x'}]}", "models[0].name", "a-z"),
    ("{models: [{name: '', source: 'x'}]}", "models[0].name", "a-z"),
    ("{models: [{name: 'a b', source: 'x'}]}", "models[0].name", "a-z"),
    ("{models: [{name: 'a', source: ''}]}", "models[0].source", "name"),
    ("{models: [{name: 'a', source: 's3://x'}]}", "models[0].source", "s3://bucket/key"),
    ("{models: [{name: 'a', source: 'https://x/y'}]}", "models[0].source", "https://"),
    ("{models: [{name: 'a', source: 'x'}, {name: 'a', source: 'y'}]}", "models[1].name", "model \"a\""),
    ("{models: [{name: 'a', source: 'x'}, {name: 'a-score', source: 'y'}]}", "models[1].name", "model \"a\""),
    ("{models: [{name: 'a', source: 'x'}, {name: 'a-error', source: 'y'}]}", "models[1].name", "model \"a\""),
    (
      "{models: [{name: 'a', source: 'x'}], write: {acl: 'kepe'}}", "write.acl",
      "did you mean \"keep\"? Known are: keep, refuse, ignore"
    ),
    ("{models: [{name: 'thimble', source: 'x'}]}", "models[0].name", "marker"),
    ("{models: [{name: 'a', source: 'x'}], write: {to: 'tag'}}", "write.to", "did you mean \"tags\"?"),
    ("{models: [{name: 'a', source: 'x'}], write: {prefix: 'X_'}}", "write.prefix", "a-z"),
    ("{models: [{name: 'a', source: 'x'}], write: 'none'}", "write", "an object"),
    ("{models: [{name: 'a', source: 'x'}]", "", "line 1, column"),
    ("{models: [\n  {name: 'a' source: 'x'}]}", "", "line 2, column"),
    ("", "", "line 1"),
  ])
  func mistakes(text: String, place: String, reason: String) {
    let error = #expect(throws: ConfigurationError.self) { try read(text) }
    #expect(error?.place == place)
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test func digestIsOfMeaning() throws {
    let model = "\"name\": \"a\", \"source\": \"a.h5\""
    let plain = try read("{\"models\": [{\(model)}]}").digest
    #expect(plain.count == 16 && plain.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) })
    for same in [
      "/* other text */ {models: [{source: 'a.h5', name: 'a',},]}",
      "{models: [{\(model), input: {resize: 'nearest'}, output: {top: 1, threshold: 0}}], write: {to: 'metadata'}}",
      "{models: [{\(model), labels: null}]}",
    ] { #expect(try read(same).digest == plain, "\(same)") }
    #expect(try read("{models: [{\(model)}], write: {to: 'both'}}").digest.prefix(4) == plain.prefix(4))
    #expect(try read("{models: [{\(model)}], write: {prefix: 'x-'}}").digest.prefix(4) != plain.prefix(4))
  }

  @Test func digestIsOfTheModelsThatLook() throws {
    let configuration = try read(
      "{models: [{name: 'a', source: 'a.h5', when: {prefix: 'x/'}}, {name: 'b', source: 'b.h5'}]}")
    let all = configuration.digest(of: configuration.models, fingerprints: [:])
    let one = configuration.digest(of: [configuration.models[1]], fingerprints: [:])
    let changed = configuration.digest(of: configuration.models, fingerprints: ["a": "other weights"])
    #expect(Set([all, one, changed]).count == 3 && all == configuration.digest)
  }

  /// By default what is sure to be needed.
  @Test(arguments: [
    ("{name: 'a', source: 'x'}", ["a"]),
    ("{name: 'a', source: 'x', when: {prefix: 'p/'}}", ["a"]),
    ("{name: 'a', source: 'x', preload: false}", []),
    ("{name: 'a', source: 'x', when: {prefix: 'p/'}}, {name: 'b', source: 'y'}", ["b"]),
    ("{name: 'a', source: 'x', when: {suffix: '.png'}}, {name: 'b', source: 'y', when: {prefix: 'p'}}", []),
    ("{name: 'a', source: 'x'}, {name: 'b', source: 'y', preload: 'auto'}", ["a", "b"]),
    (
      "{name: 'a', source: 'x', when: {prefix: 'p/'}, preload: true}, {name: 'b', source: 'y', preload: false}",
      ["a"]
    ),
  ])
  func preloaded(models: String, names: [String]) throws {
    #expect(try read("{models: [\(models)]}").preloaded.map(\.name) == names)
  }

  @Test(arguments: [
    ("products/a.jpg", true), ("products/a.JPG", false), ("a.jpg", false), ("new/b.png", true),
    ("products/", false),
    ("products.jpg", false),
  ])
  func routes(key: String, matches: Bool) {
    #expect(Route(prefixes: ["products/", "new/"], suffixes: [".jpg", ".png"]).matches(key) == matches)
  }

  @Test func threads() {
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html: 1,769 MB are one vCPU.
    let counts = [128, 1769, 2048, 3008, 3538, 5307, 10240].map {
      Settings.threads(megabytes: $0, processors: 64)
    }
    #expect(counts == [1, 1, 1, 2, 2, 3, 6])
    #expect(Settings.threads(megabytes: 10240, processors: 2) == 2)
    #expect(Settings.threads(megabytes: nil, processors: 3) == 3)
  }

  @Test func settings() throws {
    let settings = try Settings(environment: [
      "THIMBLE_CONFIG": "s3://b/k.json", "THIMBLE_SIDELOAD": "/x.zip",
      "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
      "THIMBLE_THREADS": "1", "THIMBLE_CACHE": "", "THIMBLE_MARKER_KEY": "sixteen bytes ok",
      "THIMBLE_BUCKETS": " images, My_Old.bucket ,images,,",
    ])
    #expect(settings.markerKey == "sixteen bytes ok" && settings.buckets == ["images", "My_Old.bucket"])
    let plain = try Settings(environment: ["THIMBLE_MARKER_KEY": "", "THIMBLE_BUCKETS": ""])
    #expect(plain.markerKey == nil && plain.buckets.isEmpty)
    #expect(settings.configuration == .object(S3Location(bucket: "b", key: "k.json")))
    #expect(
      settings.sideload == .path("/x.zip") && settings.cache == "/tmp/thimble" && settings.layerRoot == "/opt"
    )
    #expect(settings.memory == 512 << 20 && settings.threads == 1)
    for bad in [
      ["THIMBLE_KERNELS": "avx2"], ["THIMBLE_THREADS": "many"], ["THIMBLE_THREADS": "0"],
      ["THIMBLE_CONFIG": "s3://b"],
    ] {
      #expect(throws: ConfigurationError.self) { try Settings(environment: bad) }
    }
    let short = #expect(throws: ConfigurationError.self) {
      try Settings(environment: ["THIMBLE_MARKER_KEY": "fifteen bytes 0"])
    }
    #expect(short?.file == "THIMBLE_MARKER_KEY" && short?.reason.contains("15 bytes") == true)
    #expect(short?.description.contains("fifteen") == false)
    for bad in ["a;b", "s3://images", "images/new", "a b"] {
      let error = #expect(throws: ConfigurationError.self) {
        try Settings(environment: ["THIMBLE_BUCKETS": bad])
      }
      #expect(error?.file == "THIMBLE_BUCKETS" && error?.reason.contains("\"\(bad)\"") == true)
    }
  }
}
