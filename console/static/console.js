// The console's one script. It adds liveness to pages that work without it: rows that arrive, parts that are looked at
// again when something has happened, buttons that copy, and forms that do not leave the page.
(() => {
  "use strict";
  const body = document.body, say = (what) => body.dataset["say" + what];
  const $ = (id) => document.getElementById(id);

  // The line below tells what is wrong with the page as a whole: the first of these that there is.
  const wrong = { gone: "", form: "", lost: "", look: "" }, lost = $("lost").textContent;
  function warn(about, text) {
    wrong[about] = text;
    const now = Object.values(wrong).find(Boolean) ?? "";
    $("lost").hidden = !now;
    if ($("lost").textContent !== now) $("lost").textContent = now;
    state();
  }

  // ask fetches a page; it gives null where onelan does not answer.
  async function ask(url, options) {
    try {
      const r = await fetch(url, options), text = await r.text();
      return { ok: r.ok, status: r.status, url: r.url, login: r.redirected && new URL(r.url).pathname === "/login", page: new DOMParser().parseFromString(text, "text/html") };
    } catch { return null; }
  }
  // reasons are what the page of an error says; an answer of somebody else's, such as a proxy's, has only a number.
  function reasons(r) {
    const list = [...r.page.querySelectorAll("main h1, main h1 ~ p:not(:has(a))")].map((e) => e.textContent);
    return list.length ? list : [say("Wrong") + " (HTTP " + r.status + ")"];
  }

  // Islands: parts of the page with data-island and an id. They are taken from a fresh copy of the page; those that are an "answer"
  // only from the answer of a form.
  const islands = () => [...document.querySelectorAll("[data-island]")], was = new WeakMap(islands().map((part) => [part, part.innerHTML]));
  let owed = false; // a part could not be exchanged yet
  function graft(fresh, answer) {
    for (const part of islands()) {
      const other = fresh.getElementById(part.id), own = part.dataset.island === "answer";
      if (!other || own && !answer || !own && other.innerHTML === was.get(part)) continue;
      if (!own && held(part)) { owed = true; continue; }
      was.set(part, other.innerHTML);
      exchange(part, other);
    }
  }
  // held tells that a part is to stay as it is for now: somebody types there, has selected text of it, or it waits for an answer.
  function held(part) {
    const at = document.activeElement, s = getSelection();
    return part.contains(at) && at.matches("input, textarea, select") || !s.isCollapsed && s.containsNode(part, true) || [...waiting.keys()].some((form) => part.contains(form));
  }
  for (const name of ["selectionchange", "focusout"]) document.addEventListener(name, () => {
    if (!owed || islands().some(held)) return;
    owed = false;
    look();
  });
  // exchange keeps open what is open, and the focus on the control that has it.
  function exchange(part, other) {
    const open = new Set([...part.querySelectorAll("details[open]")].map((d) => path(d, part)));
    const at = document.activeElement, focus = part.contains(at), name = focus && mark(at);
    const alike = () => [...part.querySelectorAll("a, button, summary")].filter((e) => mark(e) === name);
    const nth = focus && alike().indexOf(at);
    part.replaceChildren(...other.childNodes);
    for (const d of part.querySelectorAll("details")) if (open.has(path(d, part))) d.open = true;
    dress(part);
    if (!focus) return;
    part.tabIndex = -1; // the control may be gone: then one goes on from here
    (alike()[nth] ?? part).focus({ preventScroll: true });
  }
  // path tells one <details> from another across two copies of a part, mark one control.
  function path(node, root) {
    let text = "";
    for (; node && node !== root; node = node.parentNode) text = [...node.parentNode.children].indexOf(node) + "/" + text;
    return text;
  }
  const mark = (e) => [e.localName, e.className, e.name, e.value, e.getAttribute("href"), e.form && new URLSearchParams(new FormData(e.form))].join(" ");

  // look fetches the page anew: at once, then not before the last look is done and a while has passed. The while grows when
  // there is always something new, and for a page that is dear to make, so that watching a busy platform does not slow it.
  let looking = false, again = false, streak = 0;
  async function look() {
    if (wrong.gone || !islands().length) return;
    if (looking) { again = true; return; }
    looking = true;
    const from = performance.now();
    try {
      const r = await ask(location.href, { headers: { "X-Look": "islands" } });
      if (r?.login) location.reload();
      else if ((r?.status === 404 || r?.status === 410) && r.page.getElementById("main")) end(r); // not a proxy's, while onelan is away
      else if (r) {
        if (r.ok) graft(r.page);
        warn("look", r.ok ? "" : reasons(r).join(" · "));
      } // without an answer the live connection tells that onelan is gone
    } finally {
      setTimeout(() => {
        looking = false;
        streak = again ? Math.min(streak + 1, 4) : 0;
        if (again) { again = false; look(); }
      }, Math.max(400 + 200 * streak, 12 * (performance.now() - from)));
    }
  }
  // end tells that what the page shows is no more.
  function end(r) {
    warn("gone", document.querySelector("[data-gone]")?.dataset.gone ?? reasons(r).join(" · "));
    disconnect();
    for (const control of document.querySelectorAll("main form :is(button, input, select, textarea)")) control.disabled = true;
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
  let source = null, last = body.dataset.after, boot = body.dataset.boot, retry = 0;
  function connect() {
    if (source || wrong.gone || document.hidden || !body.dataset.live) return;
    const mark = body.dataset.live.includes("?") ? "&" : "?";
    source = new EventSource(body.dataset.live + mark + "after=" + last + "&boot=" + encodeURIComponent(boot) + (paused ? "&paused=1" : ""));
    const on = (name, f) => source.addEventListener(name, (e) => { if (e.lastEventId) last = e.lastEventId; f(e.data); });
    on("hello", (now) => {
      retry = 0;
      warn("lost", "");
      if (now !== boot) {
        boot = now;
        since = last;
        missed = 0;
        if (rows && most) outdate();
        look();
      } else if (wrong.look) look();
    });
    if (rows && most) {
      on("gap", (text) => remark("gap", text));
      on("rows", add);
      on("count", (n) => { missed += Number(n); state(); });
    }
    on("stir", look);
    source.onerror = () => {
      disconnect();
      warn("lost", lost);
      if (retry > 0) look(); // it may be the session that is over: a look is led to the login, and the connection cannot tell
      setTimeout(connect, Math.min(250 * 2 ** retry++, 3000));
    };
  }
  function disconnect() {
    source?.close();
    source = null;
  }
  // Who comes back to a page looks at what he has done in another tab meanwhile, of which no record tells.
  function resume() {
    connect();
    if (source) look();
  }
  document.addEventListener("visibilitychange", () => document.hidden ? disconnect() : resume());
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (e) => {
    if (e.persisted) for (const free of [...waiting.values()]) free(); // no answer comes any more
    if (e.persisted) resume(); else connect();
  });

  // Pause: what comes is counted and not shown, and fetched from there on when the reader goes on.
  const pause = $("pause"), label = $("live-state");
  let paused = false, since = null, missed = 0;
  function state() {
    if (!label) return;
    const count = (text) => text.replace("{n}", missed.toLocaleString(document.documentElement.lang));
    const now = wrong.lost ? "cut" : paused ? "paused" : "live";
    label.hidden = false;
    label.className = "live-state " + now;
    label.lastElementChild.textContent = count(label.dataset[now]);
    pause.textContent = count(!paused ? pause.dataset.pause : missed ? pause.dataset.missed : pause.dataset.resume);
  }
  if (pause && body.dataset.live) {
    pause.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      if (paused) since = last; else last = since;
      missed = 0;
      disconnect();
      connect();
      state();
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
        if (!await copy(text, code)) return;
        b.textContent = say("Copied");
        setTimeout(() => { b.textContent = say("Copy"); }, 1500);
      });
      code.closest("pre") ? code.before(b) : code.after(b);
    }
  }
  // copy uses the clipboard, or where a page has none (plain HTTP on a LAN) the selection, which it leaves to the reader when that fails.
  async function copy(text, node) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      getSelection().selectAllChildren(node);
      const done = document.execCommand("copy");
      if (done) getSelection().removeAllRanges();
      return done;
    }
  }

  // Long work: a form whose answer, or a file that takes a while. Its address carries a token by which the server tells how far it
  // is; what is done in a blink shows nothing. follow gives the token, and calls over when the page of a form is still there afterwards.
  const followed = new Set();
  function follow(place, over) {
    const token = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
    const box = $("work").content.firstElementChild.cloneNode(true), [bar, text, aloud] = box.children;
    for (const old of place.parentNode.querySelectorAll(":scope > .work.over")) old.remove();
    box.hidden = true;
    place.after(box);
    let source = null, said = -Infinity;
    const timers = [setTimeout(open, 100), setTimeout(() => { box.hidden = false; }, 300)];
    function open() {
      source = new EventSource("/work?id=" + token);
      source.addEventListener("work", (e) => {
        const now = JSON.parse(e.data);
        if (now.share < 0) bar.removeAttribute("value"); else bar.value = now.share;
        text.textContent = now.text;
        if (now.text && (now.end || performance.now() - said > 5000)) { said = performance.now(); aloud.textContent = now.text; }
        if (now.end) end(now.end);
      });
      source.onerror = () => { // closed for good: a browser that leaves the page may do so early, and come back
        if (source.readyState !== EventSource.CLOSED) return;
        if (over) timers.push(setTimeout(open, 1000)); else end("failed");
      };
    }
    function end(how) {
      source?.close();
      timers.forEach(clearTimeout);
      followed.delete(leave);
      box.classList.add("over", how);
      if (how === "cut") { box.hidden = false; over?.(); }
      else if (how === "done" && !box.hidden) setTimeout(() => { box.remove(); over?.(); }, 8000);
      else box.remove();
    }
    const leave = () => { end("failed"); over?.(); };
    followed.add(leave);
    return token;
  }
  addEventListener("pagehide", () => followed.forEach((leave) => leave()));
  document.addEventListener("click", (e) => {
    const link = e.target.closest?.("a[data-work]");
    if (!link) return;
    const to = new URL(link.href), was = link.href;
    to.searchParams.set("work", follow(link.closest("[data-island], p")));
    link.href = to;
    setTimeout(() => { link.href = was; });
  });

  // A form that waits for its answer takes no second click. Its button is not disabled: it would lose the focus.
  const waiting = new Map();
  function wait(form, button, busy) {
    const text = button?.textContent;
    if (busy && button) button.textContent = busy;
    button?.setAttribute("aria-disabled", "true");
    waiting.set(form, () => {
      waiting.delete(form);
      if (busy && button) button.textContent = text;
      button?.removeAttribute("aria-disabled");
    });
  }
  const free = (form) => waiting.get(form)?.();

  // Forms that stay: the answer is the page as it is now, or says why not: in a place that the form names, or else below.
  document.addEventListener("submit", async (e) => {
    const form = e.target, button = e.submitter, stays = form.dataset.inplace !== undefined;
    if (stays || waiting.has(form)) e.preventDefault();
    if (waiting.has(form)) return;
    if (form.dataset.busy !== undefined) {
      wait(form, button, say("Busy"));
      if (form.dataset.work !== undefined) form.action = form.action.split("?")[0] + "?work=" + follow(button?.parentNode ?? form, () => free(form));
    }
    if (!stays) return;
    const data = new URLSearchParams(new FormData(form, button)), field = form.querySelector("textarea"), sent = field?.value;
    wait(form, button);
    warn("form", "");
    const r = await ask(form.action, { method: "POST", body: data });
    free(form);
    if (r?.status === 401) return location.reload();
    if (r) graft(r.page, true);
    if (!r) complain(form, [say("Failed")]);
    else if (!r.ok && !r.page.getElementById(form.dataset.inplace)) complain(form, reasons(r));
    else if (r.ok && form.id) {
      if (r.page.getElementById(form.id) && !button?.value && field?.value.startsWith(sent)) field.value = field.value.slice(sent.length); // the next one may have been begun
      history.replaceState(null, "", r.url);
    }
  });
  document.addEventListener("pointerdown", (e) => { if (e.target !== $("lost")) warn("form", ""); }); // it is read
  function complain(form, [title, ...more]) {
    const place = $(form.dataset.inplace);
    if (!place) return warn("form", [title, ...more].join(" · "));
    const box = document.createElement("div"), head = document.createElement("strong");
    box.className = "fault";
    box.setAttribute("role", "alert");
    head.textContent = title;
    box.append(head, ...more.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
    place.replaceChildren(box);
  }
  // Enter sends a command, Shift and Enter begins a line.
  $("body")?.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.keyCode === 229) return; // 229: Safari's, while Chinese is being written
    e.preventDefault();
    e.target.form.requestSubmit(e.target.form.querySelector(".primary"));
  });

  // Times are the server's: who has others on the wall is told.
  const zone = $("zone"), there = Number(body.dataset.zone), here = -new Date().getTimezoneOffset();
  if (zone && here !== there) {
    const utc = (m) => "UTC" + (m < 0 ? "−" : "+") + Math.floor(Math.abs(m) / 60) + (m % 60 ? ":" + String(Math.abs(m % 60)).padStart(2, "0") : "");
    zone.textContent = zone.dataset.differs.replace("{there}", utc(there)).replace("{here}", utc(here));
    zone.hidden = false;
  }

  dress(document);
  connect();
})();
