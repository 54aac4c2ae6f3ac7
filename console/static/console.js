// The console's one script. It adds liveness to pages that work without it: rows that arrive, parts that are looked at
// again when something has happened, buttons that copy, and forms that do not leave the page.
(() => {
  "use strict";
  const body = document.body, say = (what) => body.dataset["say" + what];
  const $ = (id) => document.getElementById(id);

  // Islands: parts of the page with data-island and an id. They are taken from a fresh copy of the page.
  function graft(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const part of document.querySelectorAll("[data-island]")) {
      const other = fresh.getElementById(part.id);
      if (!other || other.innerHTML === part.dataset.was || part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) continue;
      part.dataset.was = other.innerHTML;
      const open = new Set([...part.querySelectorAll("details[open]")].map((d) => path(d, part)));
      part.replaceChildren(...other.childNodes);
      for (const d of part.querySelectorAll("details")) if (open.has(path(d, part))) d.open = true;
      dress(part);
    }
    return fresh;
  }
  // path tells one <details> from another across two copies of a part.
  function path(node, root) {
    let text = "";
    for (; node && node !== root; node = node.parentNode) text = [...node.parentNode.children].indexOf(node) + "/" + text;
    return text;
  }

  // look fetches the page anew: at once, then not before the last look is done and a while has passed. The while grows when
  // there is always something new, and for a page that is dear to make, so that watching a busy platform does not slow it.
  let looking = false, again = false, streak = 0;
  async function look() {
    if (looking) { again = true; return; }
    looking = true;
    const from = performance.now();
    try {
      const r = await fetch(location.href, { headers: { "X-Look": "islands" } });
      if (r.redirected && new URL(r.url).pathname === "/login") location.reload();
      else if (r.ok) graft(await r.text());
    } catch { /* the live connection tells that onelan is gone */ }
    setTimeout(() => {
      looking = false;
      streak = again ? Math.min(streak + 1, 4) : 0;
      if (again) { again = false; look(); }
    }, Math.max(400 + 200 * streak, 12 * (performance.now() - from)));
  }

  // Rows: the newest above, no more than the list began with.
  const rows = $("rows"), most = Number(new URLSearchParams((body.dataset.live || "").split("?")[1]).get("rows")) || 0;
  function add(html) {
    const box = document.createElement("template");
    box.innerHTML = html; // made by the server, which has escaped every word of a device's
    const list = [...box.content.querySelectorAll("li")].filter((li) => !li.id || !$(li.id));
    if (list.length <= 4) for (const li of list) li.classList.add("fresh"); // in a flood all are, and the drawing would cost more than the rows
    rows.prepend(...list);
    while (rows.children.length > most) rows.lastElementChild.remove();
    $("norows")?.remove();
  }
  function remark(kind, text) {
    const first = rows.firstElementChild;
    const li = first && first.classList.contains(kind) && kind === "again" ? first : document.createElement("li");
    li.className = kind;
    li.textContent = text;
    if (li !== first) rows.prepend(li);
  }

  // outdate marks the rows of a run that has ended: the next one numbers its records anew.
  function outdate() {
    for (const li of rows.children) {
      li.removeAttribute("id");
      li.classList.add("past");
      li.querySelector(".seq")?.removeAttribute("href");
    }
    remark("again", say("Restarted"));
  }

  // The live connection. last is the record up to which the page knows everything.
  let source = null, last = body.dataset.after, boot = body.dataset.boot, paused = false, retry = 0;
  function connect() {
    if (source || paused || document.hidden || !body.dataset.live) return;
    const mark = body.dataset.live.includes("?") ? "&" : "?";
    source = new EventSource(body.dataset.live + mark + "after=" + last + "&boot=" + encodeURIComponent(boot));
    const on = (name, f) => source.addEventListener(name, (e) => { if (e.lastEventId) last = e.lastEventId; f(e.data); });
    on("hello", (now) => {
      retry = 0;
      $("lost").hidden = true;
      if (now !== boot) {
        boot = now;
        if (rows && most) outdate();
        look();
      }
    });
    if (rows && most) {
      on("gap", (text) => remark("gap", text));
      on("rows", add);
    }
    on("stir", () => { if (document.querySelector("[data-island]")) look(); });
    source.onerror = () => {
      disconnect();
      $("lost").hidden = false;
      setTimeout(connect, Math.min(250 * 2 ** retry++, 3000));
    };
  }
  function disconnect() {
    source?.close();
    source = null;
  }
  document.addEventListener("visibilitychange", () => document.hidden ? disconnect() : connect());
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);

  const pause = $("pause");
  if (pause && body.dataset.live) {
    pause.hidden = false;
    $("live-state").hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      body.classList.toggle("paused", paused);
      pause.setAttribute("aria-pressed", paused);
      pause.textContent = paused ? pause.dataset.resume : pause.dataset.pause;
      if (paused) disconnect(); else connect();
    });
  }

  // dress adds what only a script can do.
  function dress(root) {
    for (const code of root.querySelectorAll("[data-copy]")) {
      if (code.nextElementSibling?.classList.contains("copy")) continue;
      const b = document.createElement("button");
      b.type = "button";
      b.className = "copy";
      b.textContent = say("Copy");
      const text = code.textContent;
      b.addEventListener("click", async () => {
        await copy(text, code);
        b.textContent = say("Copied");
        setTimeout(() => { b.textContent = say("Copy"); }, 1500);
      });
      code.closest("pre") ? code.before(b) : code.after(b);
    }
  }
  // copy uses the clipboard, or where a page has none (plain HTTP on a LAN) selects the text for the reader.
  async function copy(text, node) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(node);
      document.execCommand("copy");
    }
  }

  // Forms that stay: the answer is the page as it is now.
  document.addEventListener("submit", async (e) => {
    const form = e.target, button = e.submitter;
    if (form.dataset.busy !== undefined && button) {
      setTimeout(() => { button.disabled = true; button.textContent = say("Busy"); });
    }
    if (form.dataset.inplace === undefined) return;
    e.preventDefault();
    const data = new URLSearchParams(new FormData(form, button));
    if (button) button.disabled = true;
    try {
      const r = await fetch(form.action, { method: "POST", body: data });
      const fresh = graft(await r.text());
      if (r.status === 401) location.reload();
      else if (r.ok && form.id) {
        const clean = fresh.getElementById(form.id);
        if (clean && !button?.value) form.querySelector("textarea").value = "";
        history.replaceState(null, "", r.url);
      }
    } catch {
      $("lost").textContent = say("Failed");
      $("lost").hidden = false;
    }
    if (button) button.disabled = false;
  });
  // Enter sends a command, Shift and Enter begins a line.
  $("body")?.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    e.target.form.requestSubmit(e.target.form.querySelector(".primary"));
  });

  dress(document);
  connect();
})();
