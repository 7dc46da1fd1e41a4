extension WebPage {
  /// One file without outside resources. All that comes from the server is set as text, never as markup.
  static let html = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Thimble emulator</title>
    <style>
      :root { color-scheme: light dark; --line: #8884; --accent: #2a6fdb; }
      body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
      h1 { font-size: 1.3rem; margin: 0 0 .2rem; }
      h2 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
      .dim { opacity: .65; font-size: .85rem; }
      #drop { border: 2px dashed var(--line); border-radius: .6rem; padding: 1.2rem; margin-top: 1rem; }
      #drop { text-align: center; }
      #drop.over { border-color: var(--accent); background: #2a6fdb1a; }
      .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .8rem; }
      .card { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem; overflow-wrap: anywhere; }
      .card img { width: 100%; height: 9rem; object-fit: contain; background: #8881; border-radius: .3rem; }
      dl { display: grid; grid-template-columns: auto 1fr; gap: 0 .6rem; margin: .3rem 0 0; font-size: .85rem; }
      dt { opacity: .65; } dd { margin: 0; font-weight: 600; }
      pre { font-size: .8rem; overflow-x: auto; margin: 0; }
      pre { border-top: 1px solid var(--line); padding: .4rem 0; }
      .error { color: #c0392b; white-space: pre-wrap; }
    </style>
    </head>
    <body>
    <h1>Thimble emulator</h1>
    <div class="dim" id="status">loading</div>
    <div id="drop">
      Drop photos here, or <input type="file" id="files" multiple aria-label="Photos to upload">
      into bucket <select id="bucket" aria-label="Bucket"></select>
      <div class="dim" id="progress" role="status"></div>
    </div>
    <div id="buckets"></div>
    <h2>Invocations</h2>
    <div id="invocations"></div>
    <script>
      "use strict";
      const byId = (id) => document.getElementById(id);
      function element(tag, className, text) {
        const node = document.createElement(tag);
        if (className) node.className = className;
        if (text !== undefined) node.textContent = text;
        return node;
      }
      const objectURL = (bucket, key, etag) => "/_thimble/object?bucket=" + encodeURIComponent(bucket)
        + "&key=" + encodeURIComponent(key) + (etag ? "&etag=" + encodeURIComponent(etag) : "");

      function card(bucket, object) {
        const node = element("div", "card");
        if (object.isImage) {
          const image = element("img");
          image.loading = "lazy";
          image.alt = object.key;
          image.src = objectURL(bucket, object.key, object.etag);
          node.append(image);
        }
        const link = element("a", "", object.key);
        link.href = objectURL(bucket, object.key);
        node.append(link, element("div", "dim", object.size.toLocaleString() + " bytes, " + object.modified));
        const list = element("dl");
        for (const [name, value] of Object.entries({ ...object.metadata, ...object.tags }).sort()) {
          list.append(element("dt", "", name), element("dd", "", value));
        }
        node.append(list);
        return node;
      }

      let shown = "";
      async function refresh() {
        try {
          const answer = await fetch("/_thimble/state");
          const text = await answer.text();
          if (text === shown) return;
          shown = text;
          const state = JSON.parse(text);
          byId("status").textContent = (state.function ? "function " + state.function : "no function")
            + " at " + location.origin;
          const select = byId("bucket");
          const chosen = select.value;
          select.replaceChildren(...state.buckets.map((bucket) => element("option", "", bucket.name)));
          if (state.buckets.some((bucket) => bucket.name === chosen)) select.value = chosen;
          byId("buckets").replaceChildren(...state.buckets.flatMap((bucket) => {
            const grid = element("div", "grid");
            grid.append(...bucket.objects.map((object) => card(bucket.name, object)));
            return [element("h2", "", bucket.name + " (" + bucket.count + ")"), grid];
          }));
          byId("invocations").replaceChildren(...state.invocations.map((invocation) => {
            const node = element("pre", "", invocation.time + "  " + invocation.report);
            if (invocation.error) node.append(element("div", "error", invocation.error));
            return node;
          }));
        } catch (error) {
          byId("status").textContent = "the emulator does not answer: " + error.message;
        }
      }

      async function upload(files) {
        const bucket = byId("bucket").value;
        let done = 0;
        for (const file of files) {
          byId("progress").textContent = "uploading " + file.name + " (" + (++done) + "/" + files.length + ")";
          const answer = await fetch(objectURL(bucket, file.name), {
            method: "PUT", body: file,
            headers: { "X-Thimble": "1", "Content-Type": file.type || "binary/octet-stream" },
          });
          if (!answer.ok) {
            byId("progress").textContent = file.name + ": " + answer.status + " " + await answer.text();
            return;
          }
        }
        byId("progress").textContent = done + " uploaded to " + bucket;
        refresh();
      }

      const drop = byId("drop");
      addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
      addEventListener("dragleave", () => drop.classList.remove("over"));
      addEventListener("drop", (event) => {
        event.preventDefault();
        drop.classList.remove("over");
        upload(event.dataTransfer.files);
      });
      byId("files").addEventListener("change", (event) => upload(event.target.files));
      refresh();
      setInterval(refresh, 1500);
    </script>
    </body>
    </html>

    """
}
