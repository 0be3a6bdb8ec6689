// The conversation, live. The page works without this: a frame that refreshes
// itself beside a plain form. With it the frame becomes a list, and whatever
// the net does, each message arrives once and in order: every message carries
// an id drawn here and is sent again until it is acknowledged, one after the
// other; what comes is asked for as "everything after number N".
(() => {
  "use strict";
  const page = document.querySelector("[data-talk]");
  if (!page || !window.fetch || !window.crypto) return;
  const base = page.dataset.talk, say = page.dataset;
  const form = document.getElementById("say"), text = form.elements.text, files = form.elements.files;
  const seat = document.getElementById("seat"), net = document.getElementById("net"), idle = document.getElementById("idle");
  const make = (tag, cls, words) => { const e = document.createElement(tag); if (cls) e.className = cls; if (words) e.textContent = words; return e; };

  const log = make("div", "log");
  log.setAttribute("role", "log");
  log.setAttribute("aria-label", say.log);
  log.tabIndex = 0;
  const frame = page.querySelector("iframe");
  if (frame) frame.replaceWith(log);
  page.querySelectorAll("[data-plain]").forEach((e) => { e.hidden = true; });

  let last = 0, beside = 0, how = "", ended = false, socket = null, polling = null, tries = 0, sawSocket = false;
  const waiting = []; // what was not acknowledged yet, in order
  const kept = []; // what the house has, and has not shown us yet
  let sending = false;

  const id = () => {
    const b = crypto.getRandomValues(new Uint8Array(16));
    return btoa(String.fromCharCode(...b)).replace(/\+/g, "-").replace(/\//g, "_").slice(0, 22);
  };
  // The seat stands below the last message and above the field.
  const atEnd = () => seat.getBoundingClientRect().top < innerHeight;
  const toEnd = () => seat.scrollIntoView({ block: "end" });

  const words = (text, lang) => { const p = make("p", "text", text); p.dir = "auto"; if (lang) p.lang = lang; return p; };

  // show draws one message. Words of people are only ever set as text.
  const show = (m) => {
    const li = make("div", "said" + (m.mine ? " mine" : "") + (m.system ? " system" : ""));
    if (m.n) li.id = "m" + m.n;
    if (!m.system) {
      const who = make("p", "who");
      who.append(make("span", "", m.who));
      const at = make("time", "", m.at);
      if (m.exact) { at.title = m.exact; at.dateTime = m.machine; }
      who.append(at);
      li.append(who);
    }
    if (m.text) li.append(words(m.text, m.lang));
    // What was translated stands first in their language, the original beside it.
    if (m.by) li.append(make("p", "by", m.by));
    for (const b of m.beside || []) {
      const e = make("div", "beside");
      e.append(make("p", "by", b.label), words(b.text, b.lang));
      li.append(e);
    }
    for (const f of m.files || []) {
      const a = make("a", "", say.file + " " + f.name + " (" + f.size + ")");
      a.href = f.href;
      a.setAttribute("download", "");
      a.dir = "auto";
      if (f.picture) {
        const img = make("img");
        img.alt = f.name;
        img.loading = "lazy";
        img.src = f.picture;
        img.onerror = () => img.replaceWith(make("p", "quiet", say.gone));
        li.append(img);
      }
      li.append(a);
    }
    if (m.offers && m.offers.length) {
      const row = make("div", "row offers");
      row.setAttribute("role", "group");
      row.setAttribute("aria-label", say.choose);
      for (const o of m.offers) {
        const b = make("button", "", o);
        b.type = "button";
        b.dir = "auto";
        b.addEventListener("click", () => { row.remove(); queue(o, []); });
        row.append(b);
      }
      li.append(row);
    }
    return li;
  };

  const apply = (news) => {
    const follow = atEnd();
    for (const m of news.said || []) {
      if (m.n <= last) continue;
      // Offers are for the newest message alone.
      log.querySelectorAll(".offers").forEach((o) => o.remove());
      while (kept.length && kept[0].n <= m.n) kept.shift().li.remove();
      const behind = kept[0] || waiting[0];
      log.insertBefore(show(m), behind ? behind.li : null);
      last = m.n;
    }
    // A translation came, or went: the message is drawn anew, with its offers.
    for (const m of news.again || []) {
      const old = document.getElementById("m" + m.n), li = show(m);
      const offers = old && old.querySelector(".offers");
      if (!old) continue;
      if (offers) { offers.remove(); li.append(offers); }
      old.replaceWith(li);
    }
    if (news.beside) beside = news.beside;
    if (news.seat !== undefined) {
      how = news.how || "";
      const words = news.seat.join("\n");
      if (seat.dataset.words !== words) {
        seat.dataset.words = words;
        seat.replaceChildren(...news.seat.map((s) => make("p", "", s)));
      }
      const asks = document.getElementById("asks");
      if (asks) asks.hidden = !news.asks;
      page.querySelectorAll("[data-when]").forEach((e) => { e.hidden = !e.dataset.when.split(" ").includes(news.state || "none"); });
    }
    if (news.ends !== undefined) clock(news.warn, news.ends);
    if (news.said && news.said.length && follow) toEnd();
    if (news.more) again();
  };

  // The page closes when nobody does anything; it says so first.
  let warnAt = 0, endAt = 0;
  const clock = (warn, ends) => {
    warnAt = warn ? Date.now() + warn : 0;
    endAt = ends ? Date.now() + ends : 0;
    tick();
  };
  const tick = () => {
    const now = Date.now();
    const warn = warnAt && now >= warnAt;
    if (idle && idle.hidden === !!warn) {
      idle.hidden = !warn;
      if (warn) idle.querySelector("button").focus();
    }
    if (endAt && now >= endAt + 5000) again();
  };
  if (idle) {
    idle.querySelector("form").addEventListener("submit", (e) => {
      e.preventDefault();
      post(e.target.action, new URLSearchParams(new FormData(e.target))).then(apply).catch(offline);
      idle.hidden = true;
      warnAt = 0;
      text.focus();
    });
  }

  // post gives up what nobody answers: a connection that died unnoticed would
  // hold it, and all that is written after it, for a quarter of an hour.
  const post = (to, body, limit) => {
    const c = new AbortController(), over = setTimeout(() => c.abort(), limit || 12000);
    return fetch(to, { method: "POST", body, signal: c.signal, redirect: "error", headers: { Accept: "application/json" } }).then((r) => {
      if (r.status === 401) r.json().then((got) => close(got.then), () => close());
      if (!r.ok) throw new Error(r.status);
      return r.json();
    }).finally(() => clearTimeout(over));
  };

  // close clears the screen: somebody else may come to it. What stood in the
  // field is kept by the house, sealed, for when they come back. to is what the
  // house said when it kept what was being sent.
  const close = (to) => {
    if (ended) return;
    ended = true;
    // What was being sent has its id still: the house may have it already. Of very
    // many the last are one: so many it keeps.
    let left = waiting.map((w) => ({ client: w.id, text: w.words })).slice(/kept=(yes|sent)/.test(to) ? 1 : 0).filter((w) => w.text);
    if (text.value.trim()) left.push({ client: id(), text: text.value.trim() });
    if (left.length > 8) left = [...left.slice(0, 7), { client: id(), text: left.slice(7).map((w) => w.text).join("\n\n") }];
    log.remove();
    form.hidden = true;
    const keep = (times) => {
      if (!left.length) return location.replace(to || say.ended);
      const c = new AbortController();
      setTimeout(() => c.abort(), 12000);
      fetch(form.action, { method: "POST", body: new URLSearchParams(left[0]), signal: c.signal, headers: { Accept: "application/json" } }).then((r) => r.json()).then((got) => {
        to = got.then;
        left.shift();
        keep(0);
      }).catch(() => { if (times < 3) setTimeout(keep, 2000, times + 1); else location.replace(to || say.ended); });
    };
    keep(0);
  };

  // settled takes out what waits no more; false where that was known before, by
  // another way.
  const settled = (w) => {
    const i = waiting.indexOf(w);
    if (i < 0) return false;
    waiting.splice(i, 1);
    clearTimeout(w.timer);
    sending = false;
    return true;
  };
  // What the house has under a number stays in sight until it comes back.
  const acknowledged = (w, n) => {
    if (!settled(w)) return;
    w.n = n;
    if (n > last) {
      kept.push(w);
      w.li.classList.remove("late");
      w.li.querySelector("time").textContent = "";
    } else w.li.remove();
    if (waiting.length) next();
  };
  const refused = (w, why) => {
    if (!settled(w)) return;
    w.li.remove();
    if (!text.value) text.value = w.words;
    note(why, "danger");
    text.focus();
    if (waiting.length) next();
  };

  const queue = (words, list) => {
    const w = { id: id(), words, files: list, tries: 0 };
    w.li = show({ mine: true, who: say.you, at: say.sending, text: words, files: [] });
    w.li.classList.add("late");
    for (const f of list) w.li.append(make("p", "quiet", f.name));
    waiting.push(w);
    log.append(w.li);
    toEnd();
    next();
  };

  // next sends the first that waits. Nothing overtakes it.
  const next = () => {
    if (sending || ended || !waiting.length) return;
    sending = true;
    const w = waiting[0];
    const retry = () => {
      if (!waiting.includes(w)) return;
      sending = false;
      w.tries++;
      w.li.querySelector("time").textContent = say.waits;
      w.timer = setTimeout(next, Math.min(30000, 1000 * 2 ** Math.min(w.tries, 5)));
    };
    if (sawSocket && socket && socket.readyState === 1 && !w.files.length && w.tries === 0) {
      const at = Date.now();
      socket.send(JSON.stringify({ say: { id: w.id, text: w.words } }));
      w.timer = setTimeout(() => { if (heard < at) hang(); retry(); }, 8000);
      return;
    }
    const body = new FormData();
    body.append("proof", form.elements.proof.value);
    body.append("client", w.id);
    body.append("text", w.words);
    let size = 0;
    for (const f of w.files) { body.append("files", f, f.name); size += f.size; }
    post(form.action, body, 12000 + size / 4).then((got) => { // 4 kB a second is slow, and not dead
      if (got.no) return refused(w, got.no);
      acknowledged(w, got.n);
      online();
      apply(got);
      again();
    }).catch(() => { if (!ended) { offline(); retry(); } });
  };

  form.addEventListener("submit", (e) => {
    e.preventDefault();
    const words = text.value, list = files ? [...files.files] : [];
    if (!words.trim() && !list.length) return;
    note(off ? say.offline : ""); // what was said of the net still holds
    queue(words, list);
    text.value = "";
    if (files) files.value = "";
    text.focus();
  });
  text.addEventListener("keydown", (e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) form.requestSubmit(); });

  let typed = 0;
  if (say.typing) text.addEventListener("input", () => {
    if (Date.now() - typed < 4000) return;
    typed = Date.now();
    if (sawSocket && socket && socket.readyState === 1) socket.send('{"typing":true}');
  });

  const note = (words, kind) => { net.className = words ? "notice " + (kind || "warn") : ""; net.textContent = words || ""; };
  let off = false;
  const offline = () => { if (!off) { off = true; note(say.offline); } };
  const online = () => { if (off) { off = false; note(say.online, "ok"); setTimeout(() => { if (!off && net.textContent === say.online) note(""); }, 4000); } };

  // Asking. A websocket counts only once a round trip over it worked: some
  // networks open it and let nothing through. Others let it die and tell nobody:
  // where it is silent for long it is asked, and left when it does not answer.
  let heard = 0, pinged = 0, hang = () => {};
  const awake = () => {
    const now = Date.now();
    if (!sawSocket) return;
    if (pinged > heard) { if (now - pinged > 9000) hang(); return; }
    if (now - heard < 20000) return;
    pinged = now;
    socket.send('{"ping":1}');
  };
  const open = () => {
    if (ended || !window.WebSocket || tries > 2) return poll();
    let ok = false;
    const s = new WebSocket(location.origin.replace(/^http/, "ws") + base + "/live");
    socket = s;
    const giveUp = setTimeout(() => { if (!ok) s.close(); }, 5000);
    s.onopen = () => s.send(JSON.stringify({ after: last, beside, ping: 1 }));
    s.onmessage = (e) => {
      const m = JSON.parse(e.data);
      heard = Date.now();
      if (m.pong && !ok) {
        ok = sawSocket = true;
        tries = 0;
        clearTimeout(giveUp);
        online();
        if (polling) polling.abort();
        if (waiting.length && !sending) next();
      }
      if (m.ack) { const w = waiting.find((x) => x.id === m.ack); if (w) acknowledged(w, m.n); }
      if (m.no) { const w = waiting.find((x) => x.id === m.no); if (w) refused(w, m.why); }
      if (m.said || m.seat) apply(m);
    };
    hang = () => { s.onclose({}); s.close(); };
    s.onclose = (e) => {
      clearTimeout(giveUp);
      if (socket !== s) return;
      socket = null;
      sawSocket = false;
      if (e.code === 4401) return close();
      tries++;
      poll();
      setTimeout(() => { if (!socket) { if (tries > 2) tries = 2; open(); } }, ok ? 1000 + Math.random() * 2000 : 60000);
    };
    s.onerror = () => {};
  };

  // poll asks and waits for news up to half a minute, again and again.
  let pause = 0;
  const poll = () => {
    if (ended || polling || sawSocket) return;
    const c = polling = new AbortController();
    let late = false;
    const giveUp = setTimeout(() => { late = true; c.abort(); }, 35000);
    fetch(base + "/news?after=" + last + "&beside=" + beside + "&how=" + how, { signal: c.signal, redirect: "error", headers: { Accept: "application/json", "X-Quiet": "1" } }).then(async (r) => {
      if (r.status === 401) return close();
      if (!r.ok) throw new Error(r.status);
      apply(await r.json());
      pause = 0;
      online();
      if (waiting.length && !sending) next();
    }).catch(() => {
      // Asked anew by us: no sign of a lost net.
      if (ended || sawSocket || (c.signal.aborted && !late)) return;
      pause = Math.min(15000, (pause || 500) * 2);
      offline();
    }).then(() => {
      clearTimeout(giveUp);
      if (polling === c) polling = null;
      if (!ended && !sawSocket) setTimeout(poll, pause);
    });
  };

  // again asks at once: after sleep, a new net, or a hole.
  const again = () => {
    if (ended) return;
    if (sawSocket && socket && socket.readyState === 1) { pinged = Date.now(); socket.send(JSON.stringify({ after: last, beside, ping: 1 })); return; }
    if (polling) polling.abort();
    pause = 0;
    setTimeout(poll, 0);
  };
  let beat = Date.now();
  setInterval(() => {
    const now = Date.now();
    // A timer that comes far too late means the phone slept: what looked like
    // an open socket may be dead.
    if (now - beat > 20000) { if (socket) socket.close(); tries = 0; sawSocket = false; again(); }
    beat = now;
    awake();
    tick();
  }, 5000);
  addEventListener("online", () => { tries = 0; again(); });
  addEventListener("offline", offline);
  addEventListener("leaving", () => { ended = true; });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) again(); });

  poll();
  open();
})();
