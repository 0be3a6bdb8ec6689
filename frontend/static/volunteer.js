// Handing on from a phone: one question a screen, and where there is no net the
// five choices and a card number wait here, sealed, for at most 72 hours, and
// never on a phone that others use. A text line never waits.
(() => {
  "use strict";
  const body = document.querySelector("[data-volunteer]");
  if (!body) return;
  const say = (key) => body.dataset["say" + key] || "";
  const most = 72 * 3600e3, slow = 20000, often = 3000;
  const $ = (id) => document.getElementById(id);

  // What waits. Another tab may write, so it is read anew each time.
  const waiting = () => {
    let all = [];
    try { all = JSON.parse(localStorage.getItem("kept") || "[]"); } catch { /* nothing is kept here */ }
    return all.filter((k) => Date.now() - k.at < most);
  };
  const keep = (all) => {
    if (all.length) localStorage.setItem("kept", JSON.stringify(all)); else localStorage.removeItem("kept");
  };
  try { keep(waiting()); } catch { /* a browser that keeps nothing */ }
  let held = []; // on a phone that others use: in this page alone

  // ---- What waits, and sending it ----
  const told = []; // what became of it, until the page is left
  const show = () => {
    const at = $("kept");
    if (!at) return;
    const n = waiting().length + held.length;
    const lines = told.map((t) => line(t.ok ? "circle-check" : "triangle-alert", t.text, t.to));
    if (n) {
      const what = (n === 1 ? say("Waitsone") : say("Waits").replace("{0}", n));
      lines.unshift(line("hourglass", what + " " + (entered ? (held.length ? say("Heldhere") : say("Waitsnet")) : say("Waitsdoor"))));
    }
    const text = lines.map((l) => l.textContent).join("");
    if (text === at.textContent) return; // who listens hears it once
    at.replaceChildren(...lines);
    at.hidden = !lines.length;
  };
  const line = (icon, text, to) => {
    const p = document.createElement("p");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS(svg.namespaceURI, "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", "#i-" + icon);
    svg.append(use);
    p.append(svg, " " + text);
    if (to) {
      const a = document.createElement("a");
      a.href = to;
      a.textContent = say("Open");
      p.append(" ", a);
    }
    return p;
  };
  const entered = body.dataset.volunteer !== "";
  const post = async (path, fields) => {
    const proof = document.querySelector('[data-proof="' + path + '"]');
    const r = await fetch(path, {
      method: "POST", cache: "no-store", signal: AbortSignal.timeout(slow), headers: { Accept: "application/json" },
      body: new URLSearchParams({ ...fields, proof: proof ? proof.value : "" }),
    });
    if (r.status === 401) { dispatchEvent(new Event("locked")); throw new Error("locked"); }
    const answer = await r.json();
    if (r.ok || r.status === 422) return answer;
    throw new Error(String(r.status));
  };
  let sending = false, again = false;
  const send = async () => {
    if (!entered) return;
    if (sending) { again = true; return; }
    sending = true;
    try {
      for (const k of waiting()) {
        if (k.who !== body.dataset.volunteer) continue; // another's: theirs to send
        const a = await post("/b/kept", { blob: k.blob, key: k.key });
        keep(waiting().filter((o) => o.id !== k.id));
        told.push({ ok: !a.refused, text: a.refused || a.said, to: a.to });
      }
      for (const k of held) {
        const a = await post("/b/hand-on", k);
        held = held.filter((o) => o !== k);
        told.push({ ok: !a.refused, text: a.refused || a.said, to: a.to });
      }
    } catch { /* no net yet, or locked: it waits on */ }
    sending = false;
    show();
    if (again) { again = false; send(); }
  };
  setInterval(() => { if (waiting().length + held.length) send(); }, often);
  addEventListener("online", send);
  addEventListener("unlocked", send);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  show();
  send();

  // Leaving has the browser forget our pages, with what waits: that is sent first,
  // or they are asked.
  const leave = document.querySelector('form[action="/b/leave"]');
  if (leave) leave.addEventListener("submit", (e) => {
    if (!waiting().length && !held.length) return;
    e.preventDefault();
    send().then(() => { if (!waiting().length && !held.length || confirm(say("Leavewaits"))) leave.submit(); });
  });

  // ---- Five questions, one a screen ----
  const form = $("hand");
  if (!form) return;
  const steps = [...form.querySelectorAll("[data-step]")];
  const around = [...document.querySelectorAll("[data-around]")];
  let given = {}, at = 0, client = "";

  // 128 random bits as the house writes ids: 26 letters of base32.
  const newID = () => [...crypto.getRandomValues(new Uint8Array(26))].map((b, i) => "abcdefghijklmnopqrstuvwxyz234567"[b & (i < 25 ? 31 : 28)]).join("");
  const begin = () => {
    given = {};
    client = newID();
    form.reset();
    form.hidden = false;
    around.forEach((e) => { e.hidden = true; });
    go(0);
  };
  const end = () => {
    form.hidden = true;
    around.forEach((e) => { e.hidden = false; });
    scrollTo(0, 0);
  };
  const go = (to) => {
    at = to;
    steps.forEach((s, i) => { s.hidden = i !== at; });
    const title = steps[at].querySelector("h1");
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
    scrollTo(0, 0);
    if (steps[at].dataset.step === "reach") reach("");
  };
  // How they are reached asks for a number or an address only with a net: neither
  // may wait on the phone.
  const reach = (way) => {
    form.querySelectorAll("[data-for]").forEach((e) => { e.hidden = e.dataset.for !== way; });
    form.querySelectorAll("[data-net]").forEach((e) => { e.hidden = navigator.onLine; });
  };
  const answer = (button) => {
    const { name, value } = button.dataset;
    given[name] = value;
    if (name === "knows" && value === "no") { go(steps.findIndex((s) => s.dataset.step === "nameless")); return; }
    if (name === "reach") {
      if (button.dataset.card !== undefined) form.elements.card.value = button.dataset.card;
      const more = form.querySelector('[data-for="' + value + '"]');
      if (more && button.dataset.card === undefined) { reach(value); more.querySelector("input").focus(); return; }
    }
    next();
  };
  const next = () => {
    const to = steps.findIndex((s, i) => i > at && s.dataset.step !== "nameless" && s.dataset.step !== "alone" && s.dataset.step !== "done");
    go(to);
    if (steps[to].dataset.step === "need") summary();
  };
  const summary = () => {
    const words = ["urgent", "language", "reach"].map((n) => {
      const b = form.querySelector('[data-name="' + n + '"][data-value="' + given[n] + '"]');
      return b ? b.querySelector("span").firstChild.textContent.trim() : "";
    });
    if (given.reach === "card") words[2] += " " + form.elements.card.value.slice(-4);
    $("summary").textContent = words.filter(Boolean).join(" · ");
    form.querySelectorAll("[data-offline]").forEach((e) => { e.hidden = navigator.onLine; });
    form.querySelectorAll("[data-online]").forEach((e) => { e.hidden = !navigator.onLine; });
  };
  const values = () => {
    const f = { ...given, client, card: "", number: "", mail: "", from: "", to: "", line: form.elements.line.value };
    f.need = (form.querySelector("[name=need]:checked") || {}).value || "";
    if (given.reach === "card") f.card = form.elements.card.value;
    if (given.reach === "safemail") f.mail = form.elements.mail.value;
    if (given.reach === "phone") { f.number = form.elements.number.value; f.from = form.elements.from.value; f.to = form.elements.to.value; }
    return f;
  };
  const done = (text, more, to) => {
    $("done-title").textContent = text;
    $("done-more").textContent = more;
    const open = $("done-open");
    open.hidden = !to;
    if (to) open.href = to;
    go(steps.findIndex((s) => s.dataset.step === "done"));
    show();
  };
  const problem = (text) => {
    const p = $("hand-problem");
    p.querySelector("p").textContent = text;
    p.hidden = !text;
  };
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    if (steps[at].dataset.step === "reach") {
      const empty = [...steps[at].querySelectorAll("[data-for]:not([hidden]) input")].find((i) => !i.value.trim());
      if (empty) empty.focus(); else next();
      return;
    }
    const button = form.querySelector("[data-send]"), f = values();
    button.disabled = true;
    problem("");
    try {
      const a = await post("/b/hand-on", f);
      if (a.refused) problem(a.refused); else done(a.said, a.more, a.to);
    } catch (why) {
      if (why.message === "locked") problem(say("Lockedsend"));
      else if (/^[45]/.test(why.message)) problem(say("Fault"));
      else await noNet(f);
    }
    button.disabled = false;
  });

  // ---- No net ----
  const alone = () => { try { return localStorage.getItem("alone"); } catch { return "no"; } };
  let asked = null;
  const noNet = async (f) => {
    if (window.sealForHouse && alone() === null) {
      asked = f;
      go(steps.findIndex((s) => s.dataset.step === "alone"));
      return;
    }
    await wait(f);
  };
  const wait = async (f) => {
    asked = null;
    if (alone() !== "yes" || !window.sealForHouse) {
      held.push({ ...f, line: "" });
      done(say("Held"), say("Heldmore"));
      return;
    }
    // A number or an address may not wait here: then the branch is the way.
    const reach = f.reach === "card" ? "card" : "branch";
    const small = { client, knows: true, urgent: f.urgent === "yes", language: f.language, reach, card: f.card, need: f.need, noticed: new Date().toISOString() };
    const blob = await window.sealForHouse(form.dataset.key, "rs1 hand on\0" + form.dataset.keyid, small);
    keep([...waiting().filter((k) => k.id !== client), { id: client, who: body.dataset.volunteer, key: form.dataset.keyid, blob, at: Date.now() }]);
    done(say("Kept"), say("Keptmore") + (f.line || f.number || f.mail ? " " + say("Keptless") : ""));
  };

  form.addEventListener("click", (e) => {
    const b = e.target.closest("button[data-name], button[data-go], button[data-alone]");
    if (!b) return;
    e.preventDefault(); // without a script an answer is sent as it is given
    if (b.dataset.go === "end") end();
    else if (b.dataset.go === "back") { if (at === 0 || steps[at].dataset.step === "done") end(); else go(steps[at].dataset.step === "nameless" ? 0 : at - (steps[at - 1].dataset.step === "nameless" ? 2 : 1)); }
    else if (b.dataset.alone) {
      try { localStorage.setItem("alone", b.dataset.alone); } catch { /* then it is not kept */ }
      wait(asked);
    } else answer(b);
  });
  document.querySelectorAll("[data-hand]").forEach((a) => a.addEventListener("click", (e) => { e.preventDefault(); begin(); }));
  if (form.dataset.now !== undefined) begin();
})();
